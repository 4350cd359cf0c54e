import { expect, test } from "vitest";
import { ask, connectTo, startProxy } from "./host.ts";

const onlyAllowed = async (_id: string, { host }: { host: string }) =>
  host === "allowed.com"
    ? ({ isGranted: true } as const)
    : ({ isGranted: false, reason: `${host} is not granted.` } as const);

const start = () => startProxy({ decide: onlyAllowed, internet: { port: 1 } });

const malformed = [
  ...["allowed.com", "allowed.com:", "allowed.com:0", "allowed.com:65536", "allowed.com:443x", ":443"],
  ...["allowed.com.:443", "Allowed.com:443", "ALLOWED.COM:443", "-allowed.com:443", "allowed..com:443"],
  ...[
    "user@allowed.com:443",
    "evil.com@allowed.com:443",
    "allowed.com:443@evil.com:443",
    "allowed.com%00:443",
  ],
  ...["allowed.com%2eevil.com:443", "http://allowed.com:443", "allowed.com/x:443", "allowed.com:443:443"],
  ...["127.1:443", "0:443", "0x7f000001:443", "2130706433:443", "017700000001:443", "0x7f.0.0.1:443"],
  ...["127.0.0.01:443", "1.1.1.1.1:443", "1.1.1:443", "[::1:443", "::1:443", "[0:0:0:0:0:0:0:1]:443"],
  ...["[::ffff:127.0.0.1]:443", "[::1%25lo]:443", "*.allowed.com:443", "*:443", "xn--:443"],
  `${"a".repeat(64)}.com:443`,
  `${"a.".repeat(130)}com:443`,
];

test.each(malformed)("CONNECT %s is refused before anybody is asked", async (target) => {
  const { port, asked, lookedUp, dialled } = await start();
  expect(await ask(port, connectTo(target))).toMatch(/^HTTP\/1\.1 40[03] /);
  expect([asked, lookedUp, dialled]).toEqual([[], [], []]);
});

const local = [
  ...["localhost:443", "a.localhost:443", "127.0.0.1:443", "127.8.8.8:80", "0.0.0.0:443", "10.0.0.1:443"],
  ...["169.254.169.254:80", "192.168.1.1:443", "100.64.0.1:443", "[::1]:443", "[fe80::1]:443", "[::]:443"],
  ...["[fd00:ec2::254]:80", "[64:ff9b::7f00:1]:443", "[2002:7f00:1::]:443", "224.0.0.1:443"],
];

test.each(local)("CONNECT %s is refused whatever is granted", async (target) => {
  const { port, asked, lookedUp, dialled, unreachable } = await startProxy();
  const answer = await ask(port, connectTo(target));
  expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden/);
  expect(answer).toContain("not on the public internet");
  expect([asked, lookedUp, dialled]).toEqual([[], [], []]);
  expect(unreachable).toHaveLength(1);
});

const others = ["evilallowed.com:443", "allowed.com.evil:443", "allowed.comx:443", "sub.allowed.com:443"];

test.each([...others, "1.1.1.1:443"])("CONNECT %s is not looked up without a grant", async (target) => {
  const { port, asked, lookedUp, dialled } = await start();
  const answer = await ask(port, connectTo(target));
  expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden/);
  expect(answer).toContain(`${target.slice(0, -4)} is not granted.`);
  expect([asked.length, lookedUp, dialled]).toEqual([1, [], []]);
});

const notHttp = [
  ["a control character in the target", "CONNECT allowed.com\0.evil:443 HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["a control character in a header", "CONNECT allowed.com:443 HTTP/1.1\r\nHost: x\0y\r\n\r\n"],
  ["a line feed alone", "CONNECT allowed.com:443 HTTP/1.1\nHost: x\n\n"],
  ["a blank before the colon", "CONNECT allowed.com:443 HTTP/1.1\r\nHost : x\r\n\r\n"],
  ["two targets", "CONNECT allowed.com:443 evil.com:443 HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["several Hosts", "CONNECT allowed.com:443 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
  [
    "several lengths",
    "POST http://allowed.com/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
  ],
  [
    "a length and chunks",
    "POST http://allowed.com/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  ],
  ["another protocol", "\x05\x01\x00"],
  ["TLS", Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])],
] as const;

test.each(notHttp)("a request with %s is refused", async (_what, request) => {
  const { port, asked, dialled } = await start();
  expect(await ask(port, request)).toMatch(/^HTTP\/1\.1 400 /);
  expect([asked, dialled]).toEqual([[], []]);
});

const urls = [
  ...["/", "allowed.com/", "https://allowed.com/", "ftp://allowed.com/", "http:/allowed.com/", "http:///x"],
  ...[
    "http://user@allowed.com/",
    "http://user:pass@allowed.com/",
    "http://Allowed.com/",
    "http://allowed.com./",
  ],
  ...["http://allowed.com#@evil.com/", "http://allowed.com\\@evil.com/", "http://127.1/", "http://0/"],
  ...["http://allowed.com:/", "http://allowed.com:0/", "http://[::ffff:7f00:1]/", "HTTP://allowed.com/"],
];

test.each(urls)("GET %s is refused", async (url) => {
  const { port, dialled } = await start();
  expect(await ask(port, `GET ${url} HTTP/1.1\r\nHost: allowed.com\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[03] /);
  expect(dialled).toEqual([]);
});

test("the host of the URL decides, not the Host header", async () => {
  const { port, asked, dialled } = await start();
  await ask(port, "GET http://evil.com/ HTTP/1.1\r\nHost: allowed.com\r\n\r\n");
  expect([asked, dialled]).toEqual([[{ host: "evil.com", port: 80 }], []]);
});
