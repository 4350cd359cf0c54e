import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGit, createReachability, type GitOptions } from "../../../../lib/platform/index.ts";
import type { ResolvedAddress } from "../../../../lib/platform/addresses/find-addresses.ts";
import { serveRepositories } from "../git-server.ts";
import { environment, forever, git, openTestProcesses, temporaryFolder, workspaceId } from "../place.ts";
import { listen } from "../proxy/host.ts";

const publicHost = [{ address: "1.1.1.1", family: 4 }];

function openGit(options: Partial<GitOptions> = {}) {
  const folder = temporaryFolder();
  return createGit({
    ...{ environment, dataDir: folder, workspacesDir: join(folder, "workspaces") },
    allowLocalRepositories: false,
    processes: openTestProcesses(),
    resolve: () => Promise.resolve(publicHost),
    ...options,
  });
}

function clone(options: Partial<GitOptions>, repository: string) {
  const platform = openGit(options);
  const asked = { workspaceId, repository, branch: null, signal: forever, onProgress: () => {} };
  return { platform, done: platform.clone(asked) };
}

/** A host that counts who connects to it. */
async function trap() {
  let connections = 0;
  const port = await listen(
    createTcpServer((socket) => {
      connections++;
      socket.destroy();
    }),
  );
  return { port, connections: () => connections };
}

const spellings = [
  ...["https://0/a", "https://0.0.0.0/a", "https://127.1/a", "https://2130706433/a", "https://0x7f.0.0.1/a"],
  ...["https://169.254.169.254/a", "https://10.0.0.1/a", "https://192.168.1.1/a", "https://100.64.0.1/a"],
  ...["https://localhost./a", "https://A.LOCALHOST/a", "http://127.0.0.1/a", "https://168.63.129.16/a"],
  ...["ssh://git@10.0.0.1/a", "git@169.254.169.254:a", "ssh://git@0/a", "git@2130706433:a", "git@127.1:a"],
];

test.each(spellings)("%s is local, and not cloned where that is not allowed", async (repository) => {
  const { platform, done } = clone({}, repository);
  await expect(done).rejects.toMatchObject({ code: "local-repository" });
  expect(platform.inspectRepository(repository)).toBe("local");
});

const privateNames: [name: string, addresses: ResolvedAddress[]][] = [
  ["loopback.example", [{ address: "127.0.0.1", family: 4 }]],
  ["metadata.example", [{ address: "169.254.169.254", family: 4 }]],
  ["intranet.example", [{ address: "10.1.2.3", family: 4 }]],
  ["mapped.example", [{ address: "::ffff:10.1.2.3", family: 6 }]],
  ["mixed.example", [...publicHost, { address: "10.1.2.3", family: 4 }]],
];

test.each(privateNames)("a name with a private address is not cloned: %s", async (name, addresses) => {
  const resolve = () => Promise.resolve(addresses);
  for (const repository of [`https://${name}/a`, `ssh://git@${name}/a`, `git@${name}:a`]) {
    const { done } = clone({ resolve }, repository);
    await expect(done).rejects.toMatchObject({
      code: "local-repository",
      message: expect.stringContaining(name) as string,
    });
  }
});

test("a name that changes its address after the check is not connected to", async () => {
  const { port, connections } = await trap();
  const answers = [publicHost, [{ address: "127.0.0.1", family: 4 }]];
  const resolve = () => Promise.resolve(answers.shift() ?? []);
  const { done } = clone({ resolve }, `https://rebinding.example:${port}/a`);
  await expect(done).rejects.toMatchObject({ code: "local-repository" });
  expect([answers, connections()]).toEqual([[], 0]);
});

test("a network that the owner named is cloned from", async () => {
  const { port, connections } = await trap();
  const named = {
    isReachable: createReachability(["127.0.0.0/8"]),
    resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
  };
  const { done } = clone(named, `https://forge.example:${port}/a`);
  await expect(done).rejects.toMatchObject({ code: "clone-failed" });
  expect(connections()).toBeGreaterThan(0);
});

test("a name that cannot be resolved is told so", async () => {
  const resolve = () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" }));
  const { done } = clone({ resolve }, "https://nowhere.example/a");
  await expect(done).rejects.toMatchObject({
    code: "clone-failed",
    message: "The host name could not be resolved.",
  });
});

/** A git server on loopback, and one in front of it that redirects to `base`. */
async function redirecting(base: (served: URL) => string) {
  const folder = temporaryFolder();
  git(folder, "init", "origin");
  git(join(folder, "origin"), "commit", "--allow-empty", "-m", "first");
  const head = git(join(folder, "origin"), "rev-parse", "HEAD");
  const served = new URL(await serveRepositories(folder));
  const seen: IncomingMessage["headers"][] = [];
  const port = await listen(
    createHttpServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(302, { location: `${base(served)}${request.url}` }).end();
    }),
  );
  return { head, seen, served, front: `http://127.0.0.1:${port}/origin/.git` };
}

/** Every name is one of loopback, but for one. */
const resolve = (host: string) =>
  Promise.resolve([{ address: host === "intranet.example" ? "10.1.2.3" : "127.0.0.1", family: 4 }]);
const allowed = { allowLocalRepositories: true, resolve };

test("where local repositories are allowed, a redirect from one to another is followed", async () => {
  const { head, seen, front } = await redirecting(({ port }) => `http://private.example:${port}`);
  expect(await clone(allowed, front).done).toMatchObject({ head, branch: "main" });
  expect(seen).toHaveLength(1);
  expect(seen[0]).not.toHaveProperty("proxy-authorization");
});

/** As if 127.0.0.1 were a public address, and all else not. */
const isReachable = (address: string) => address === "127.0.0.1";

test("a redirect from a public address to a public one is followed", async () => {
  const { head, front } = await redirecting(({ port }) => `http://public.example:${port}`);
  expect(await clone({ ...allowed, isReachable }, front).done).toMatchObject({ head });
});

const targets = ["127.0.0.2", "10.0.0.1", "169.254.169.254", "0.0.0.0", "[::1]", "intranet.example"];

test.each(targets)(
  "a redirect from a public address to %s is refused, also where local ones are allowed",
  async (host) => {
    const { front } = await redirecting(({ port }) => `http://${host}:${port}`);
    await expect(clone({ ...allowed, isReachable }, front).done).rejects.toMatchObject({
      code: "local-repository",
      message: expect.stringContaining(host) as string,
    });
  },
);

test.each(["2130706434", "127.2", "0x7f000002", "0177.0.0.2", "user@10.0.0.1"])(
  "a redirect to an address in another spelling is refused: %s",
  async (host) => {
    const { front } = await redirecting(({ port }) => `http://${host}:${port}`);
    await expect(clone({ ...allowed, isReachable }, front).done).rejects.toMatchObject({
      code: expect.stringMatching(/^(local-repository|clone-failed)$/) as string,
    });
  },
);

test.each(["file://", "ftp://127.0.0.1:1", "https://127.0.0.1:1"])(
  "a redirect to %s is not followed",
  async (base) => {
    const { front } = await redirecting(() => base);
    await expect(clone(allowed, front).done).rejects.toMatchObject({ code: "clone-failed" });
  },
);

test("sync checks the address again", async () => {
  const { head, served } = await redirecting(() => "");
  const workspacesDir = join(temporaryFolder(), "workspaces");
  const repository = `http://127.0.0.1:${served.port}/origin/.git`;
  const { platform, done } = clone({ ...allowed, workspacesDir }, repository);
  await done;
  expect(await platform.sync(workspaceId, forever)).toMatchObject({ head });
  const strict = openGit({ workspacesDir });
  await expect(strict.sync(workspaceId, forever)).rejects.toMatchObject({ code: "local-repository" });
});
