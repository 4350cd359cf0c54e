import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { createWebFetcher } from "../../../lib/platform/index.ts";
import { forever } from "./place.ts";

async function serve(answer: RequestListener): Promise<{ port: number; hits: () => number }> {
  let hits = 0;
  const server = createServer((request, response) => {
    hits++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, hits: () => hits };
}

const loopback = [{ address: "127.0.0.1", family: 4 }];

/** `public.example` stands for a public host; everything else is judged as always. */
function fetcher(options: Parameters<typeof createWebFetcher>[0] = {}) {
  return createWebFetcher({
    resolve: () => Promise.resolve(loopback),
    allow: (host) => host === "public.example",
    ...options,
  });
}

test.each([
  "http://127.0.0.1/",
  "http://127.1/",
  "http://0/",
  "http://0.0.0.0/",
  "http://0x7f000001/",
  "http://2130706433/",
  "http://017700000001/",
  "http://0xA9FEA9FE/",
  "http://2852039166/",
  "http://0251.0376.0251.0376/",
  "http://169.254.169.254/latest/meta-data/",
  "http://①②⑦.⓪.⓪.①/",
  "http://127。0。0。1/",
  "http://10.0.0.1/",
  "http://10.255.255.255/",
  "http://172.16.0.1/",
  "http://172.31.255.255/",
  "http://192.168.1.1/",
  "http://100.64.0.1/",
  "http://100.100.100.200/",
  "http://168.63.129.16/",
  "http://192.0.0.1/",
  "http://192.0.2.1/",
  "http://198.18.0.1/",
  "http://198.51.100.1/",
  "http://203.0.113.1/",
  "http://224.0.0.1/",
  "http://240.0.0.1/",
  "http://255.255.255.255/",
  "http://[::1]/",
  "http://[::]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:169.254.169.254]/",
  "http://[::ffff:0:7f00:1]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[64:ff9b:1::7f00:1]/",
  "http://[2002:7f00:1::]/",
  "http://[2001:0:1::1]/",
  "http://[2001:db8::1]/",
  "http://[fe80::1]/",
  "http://[fec0::1]/",
  "http://[fc00::1]/",
  "http://[fd00:ec2::254]/",
  "http://[fdaa::3]/",
  "http://[ff02::1]/",
  "http://localhost/",
  "http://LOCALHOST./",
  "http://a.localhost/",
  "http://_api.internal:4280/",
  "http://metadata.google.internal/",
  "http://router.local/",
  "http://nas.home.arpa/",
  "http://resolves-to-loopback.example/",
  "http://user@resolves.example/",
  "http://user:pass@1.1.1.1/",
  "http://1.1.1.1:22/",
  "https://1.1.1.1:8443/",
  "ftp://1.1.1.1/",
  "file:///etc/passwd",
  "data:text/html,x",
  "gopher://1.1.1.1/",
  "javascript:alert(1)",
  "about:blank",
  "/etc/passwd",
  "http://",
  "not a url",
  "",
])("%j is refused in words", async (url) => {
  const real = createWebFetcher({
    resolve: (host) =>
      Promise.resolve(
        /^[\d.]+$|:/.test(host) ? [{ address: host, family: host.includes(":") ? 6 : 4 }] : loopback,
      ),
  });
  await expect(real.fetch(url, forever)).rejects.toMatchObject({ name: "ToolFailure" });
});

test("one private address among public ones is enough to refuse", async () => {
  const resolve = () => Promise.resolve([{ address: "1.1.1.1", family: 4 }, ...loopback]);
  await expect(createWebFetcher({ resolve }).fetch("http://trap.example/", forever)).rejects.toThrow(
    /not on the public/,
  );
});

test("a page comes decoded, with its type and address, without cookies", async () => {
  const seen: (string | undefined)[] = [];
  const { port } = await serve((request, response) => {
    seen.push(request.headers.cookie);
    const [packed, encoding] =
      request.url === "/br" ? [brotliCompressSync("héllo"), "br"] : [gzipSync("héllo"), "gzip"];
    response.writeHead(200, {
      "content-type": "text/plain; charset=utf-8",
      "content-encoding": encoding,
      "set-cookie": "a=b",
    });
    response.end(packed);
  });
  for (const path of ["/gzip", "/br"]) {
    const url = `http://public.example:${port}${path}`;
    const { body, ...page } = await fetcher().fetch(url, forever);
    expect(page).toEqual({ url, status: 200, mediaType: "text/plain; charset=utf-8", truncated: false });
    expect(new TextDecoder().decode(body)).toBe("héllo");
  }
  expect(seen).toEqual([undefined, undefined]);
});

test("a redirect to a private place is refused, and nobody there hears of it", async () => {
  const sink = await serve((_request, response) => response.end("secret"));
  const targets = [
    `http://127.0.0.1:${sink.port}/`,
    `http://localhost:${sink.port}/`,
    `http://[::ffff:127.0.0.1]:${sink.port}/`,
    `http://private.example:${sink.port}/`,
    `//127.0.0.1:${sink.port}/`,
    `file:///etc/passwd`,
  ];
  for (const location of targets) {
    const open = await serve((_request, response) => response.writeHead(302, { location }).end());
    const fetching = fetcher().fetch(`http://public.example:${open.port}/`, forever);
    await expect(fetching, location).rejects.toMatchObject({ name: "ToolFailure" });
    expect(open.hits()).toBe(1);
  }
  expect(sink.hits()).toBe(0);
});

test("a name that turns private after its check is reached where it was checked", async () => {
  const target = await serve((_request, response) => response.end("checked"));
  let asked = 0;
  const resolve = () => Promise.resolve(++asked === 1 ? loopback : [{ address: "127.0.0.2", family: 4 }]);
  const page = await fetcher({ resolve }).fetch(`http://public.example:${target.port}/`, forever);
  expect([new TextDecoder().decode(page.body), asked]).toEqual(["checked", 1]);
});

test("five redirects are followed, a sixth is not", async () => {
  const { port } = await serve((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end("there");
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  });
  const page = await fetcher().fetch(`http://public.example:${port}/5`, forever);
  expect(page.url).toBe(`http://public.example:${port}/0`);
  await expect(fetcher().fetch(`http://public.example:${port}/6`, forever)).rejects.toThrow(/more than 5/);
});

test("a bomb and an endless page are cut at the limit", async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
  const { port } = await serve((request, response) => {
    if (request.url === "/bomb")
      return void response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
  const before = process.memoryUsage().rss;
  for (const path of ["bomb", "endless"]) {
    const page = await fetcher().fetch(`http://public.example:${port}/${path}`, forever);
    expect([page.body.length, page.truncated]).toEqual([2 * 1024 * 1024, true]);
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
});

test("slow hosts, dead hosts and damaged answers are reported in words, cancelling ends at once", async () => {
  const { port } = await serve((request, response) => {
    if (request.url === "/drip") setInterval(() => response.write("x"), 20).unref();
    if (request.url === "/damaged") response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip");
  });
  const from = (path: string, limits: Parameters<typeof fetcher>[0]) =>
    fetcher(limits).fetch(`http://public.example:${port}/${path}`, forever);
  await expect(from("silent", { headersTimeoutMs: 200 })).rejects.toThrow(/did not arrive within/);
  await expect(from("drip", { overallTimeoutMs: 500 })).rejects.toThrow(/did not arrive within 0.5 s/);
  await expect(from("damaged", {})).rejects.toThrow(/damaged/);
  await expect(fetcher().fetch("http://public.example:1/", forever)).rejects.toThrow(/could not be reached/);
  const stop = AbortSignal.timeout(100);
  await expect(fetcher().fetch(`http://public.example:${port}/silent`, stop)).rejects.toThrow(/cancelled/);
});
