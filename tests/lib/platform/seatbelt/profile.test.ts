import { expect, test } from "vitest";
import { type ProfileOptions, seatbeltArguments } from "../../../../lib/platform/sandbox/seatbelt/profile.ts";

const options: ProfileOptions = {
  own: ["/data/ws/one", "/data/homes/one", "/data/temporary/one"],
  readable: ["/Users/ann/.nvm/versions/node/v24"],
  hidden: ["/data", "/opt/homebrew/lib/node_modules/backend"],
  given: ["/data/seatbelt/gitconfig"],
  kept: ["/data/ws/one/.git/config", "/data/ws/one/.git/modules/sub/config"],
  port: 41_234,
  allowsUnixSockets: false,
};

test("a profile denies first, and allows what shells need", () => {
  const rules = rulesOf(options);
  expect(rules.slice(0, 2)).toEqual(["(version 1)", "(deny default)"]);
  const wide = rules.filter(
    (rule) =>
      rule.startsWith("(allow") &&
      !/[( ](literal|subpath|target|global-name|sysctl-name|ipc-posix|remote)/.test(rule),
  );
  expect(wide).toEqual(["(allow process-exec)", "(allow process-fork)", "(allow file-map-executable)"]);
  expect(rules.join("\n")).not.toMatch(
    /securityd|SecurityServer|pasteboard|launchservices|trustd|kern\.proc|mDNSResponder/,
  );
  for (const root of ["/", "/private", "/Users", "/System", "/Library", "/private/etc", "/private/var"])
    expect(rules.join("\n")).not.toContain(`(subpath "${root}")`);
});

test("later rules hide the data of the server and show only what is the workspace's own", () => {
  const rules = resolved(options);
  const hides = rules.indexOf(
    '(deny file-read* file-write* (subpath "/data") (subpath "/opt/homebrew/lib/node_modules/backend"))',
  );
  const shows = rules.indexOf(
    '(allow file-read* file-write* (subpath "/data/ws/one") (subpath "/data/homes/one") (subpath "/data/temporary/one"))',
  );
  const readable = rules.indexOf('(allow file-read* (subpath "/Users/ann/.nvm/versions/node/v24"))');
  const given = rules.indexOf('(allow file-read* (literal "/data/seatbelt/gitconfig"))');
  expect(readable).toBeGreaterThan(0);
  expect(hides).toBeGreaterThan(readable);
  expect(given).toBeGreaterThan(hides);
  expect(shows).toBeGreaterThan(hides);
  const above = rules.find((rule) => rule.startsWith('(allow file-read-metadata (literal "/data/ws")'));
  expect(above).toContain('(literal "/Users/ann")');
  expect(above).not.toContain("subpath");
});

test("what is read-only comes last, and the folders above it cannot be moved away", () => {
  const rules = resolved(options);
  const writes = rules.findLastIndex((rule) => rule.startsWith("(allow file-read* file-write*"));
  const keeps = rules.indexOf(
    '(deny file-write* (subpath "/data/ws/one/.git/config") (subpath "/data/ws/one/.git/modules/sub/config"))',
  );
  expect(keeps).toBeGreaterThan(writes);
  expect(rules[keeps + 1]).toBe(
    '(deny file-write-unlink (literal "/data/ws/one/.git") (literal "/data/ws/one/.git/modules/sub") (literal "/data/ws/one/.git/modules"))',
  );
  expect(rules.slice(keeps + 1).filter((rule) => rule.includes("allow file"))).toEqual([]);
  const granted = resolved({ ...options, kept: [] });
  expect(granted.filter((rule) => /^\(deny file-write/.test(rule))).toEqual([]);
});

test("only the port of the proxy is reachable, and Unix sockets only when the network is granted", () => {
  const network = (each: ProfileOptions) => resolved(each).filter((rule) => /network|socket/.test(rule));
  expect(network(options)).toEqual(['(allow network-outbound (remote ip "localhost:41234"))']);
  expect(network({ ...options, own: ["/data/ws/one", "/h"], allowsUnixSockets: true })).toEqual([
    '(allow network-outbound (remote ip "localhost:41234"))',
    "(allow system-socket (socket-domain AF_UNIX))",
    '(allow network-bind (local unix-socket (subpath "/data/ws/one")))',
    '(allow network-outbound (remote unix-socket (subpath "/data/ws/one")))',
    '(allow network-bind (local unix-socket (subpath "/h")))',
    '(allow network-outbound (remote unix-socket (subpath "/h")))',
  ]);
});

const hostile = [
  '/ws/a")) (allow default) (deny file-read* (literal "/x',
  "/ws/a b (c) 'd' \\",
  "/ws/line\n(allow default)",
  "/ws/-p=(allow default)",
  "/ws/ü[*]?;#",
];

test.for(hostile)("the path %j stays a value", (path) => {
  const at = (root: string) => ({
    ...options,
    own: [root],
    readable: [`${root}/tools`],
    hidden: [`${root}/x`],
  });
  expect(rulesOf(at(path))).toEqual(rulesOf(at(path.replaceAll(/[^/]+/g, "plain"))));
  const values = seatbeltArguments(at(path)).slice(2);
  expect(values).toEqual(expect.arrayContaining([expect.stringMatching(/^-DP\d+=/)]));
  expect(values.map((value) => value.replace(/^-DP\d+=/, ""))).toContain(path);
});

function rulesOf(each: ProfileOptions): string[] {
  return (seatbeltArguments(each)[1] ?? "").split("\n");
}

/** With the paths in the place of the parameters, as Seatbelt reads them. */
function resolved(each: ProfileOptions): string[] {
  const [, text = "", ...values] = seatbeltArguments(each);
  const paths = values.map((value) => value.slice(value.indexOf("=") + 1));
  return text.replace(/\(param "P(\d+)"\)/g, (_, index) => JSON.stringify(paths[Number(index)])).split("\n");
}
