import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createWebFetcher } from "../../../lib/platform/index.ts";
import { readHtml } from "../../../lib/tools/web/read-html.ts";
import { openRoom, tool } from "./room.ts";

/** A real page on loopback, where only tests may fetch from. */
async function fetching(page: { body: string | Buffer; type?: string; status?: number }) {
  const server = createServer((_, response) => {
    const headers = page.type === undefined ? {} : { "content-type": page.type };
    response.writeHead(page.status ?? 200, headers).end(page.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/page`;
  const room = openRoom();
  const fetch = createWebFetcher({ allow: (host) => host === "127.0.0.1" });
  return { ...room, url, output: await room.run("webFetch", { url }, { fetch }) };
}

const article = `<!doctype html><html><head><title>How to</title><style>p { color: red }</style></head><body>
  <nav><a href="/a">Home</a></nav><article><h1>How to</h1><p>${"Words of the article. ".repeat(30)}</p>
  <pre><code>npm test</code></pre><ul><li>one</li></ul></article><script>alert("evil")</script></body></html>`;

test("webFetch turns a page into Markdown, without what is not its text", async () => {
  const { output, url } = await fetching({ body: article, type: "text/html; charset=utf-8" });
  expect(output).toMatchObject({
    success: true,
    message: `Fetched ${url}.`,
    url,
    status: 200,
    title: "How to",
  });
  const content = String(output["content"]);
  expect(content).toContain("Words of the article.");
  expect(content).toContain("```\nnpm test\n```");
  expect(content).not.toMatch(/Home|evil|color: red|</);
});

test("webFetch reads a page that is no article, and one in another encoding", async () => {
  const short = await fetching({ body: "<p>just <b>this</b></p>", type: "text/html" });
  expect(short.output["content"]).toBe("just **this**");
  const latin = await fetching({
    body: Buffer.from("<p>caf\xe9</p>", "latin1"),
    type: "text/html; charset=iso-8859-1",
  });
  expect(latin.output["content"]).toBe("café");
});

test.each([
  ["application/json", '{"a": [1, 2]}'],
  ["application/problem+json; charset=utf-8", "{}"],
  ["text/plain", "plain <b>text</b>"],
])("webFetch gives %s as it is", async (type, body) => {
  expect((await fetching({ body, type })).output).toMatchObject({ success: true, content: body });
});

test.each(["image/png", "application/zip", "application/pdf"])(
  "webFetch refuses %s in words",
  async (type) => {
    const { output } = await fetching({ body: "PK", type });
    expect(output.success).toBe(false);
    expect(output.message).toContain(`is ${type} (2 bytes). webFetch reads web pages, text and JSON only.`);
  },
);

test("webFetch takes status 400 and above for a failure and shows what the server said", async () => {
  const { output } = await fetching({
    body: `<p>${"Not here. ".repeat(1000)}</p>`,
    type: "text/html",
    status: 404,
  });
  expect(output).toMatchObject({
    success: false,
    message: "The server answered with status 404.",
    status: 404,
  });
  expect(String(output["content"])).toMatch(/^Not here\./);
  expect(String(output["content"])).toHaveLength(2000);
});

test("webFetch keeps a long text as a file that readFile opens, and shows its beginning", async () => {
  const body = "word and\n".repeat(5000);
  const { output, run } = await fetching({ body, type: "text/plain" });
  expect(output).toMatchObject({ success: true, content: body.slice(0, 10_000) });
  expect(output.message).toContain(`its first 10000 of ${body.length} characters are shown`);
  const file = await run("readFile", { file_path: String(output["content_file"]), line_count: 5000 });
  expect(file["content"]).toBe(body);
});

test("webFetch shows 40,000 characters whole, and says that a page holds no text", async () => {
  const whole = (await fetching({ body: "x".repeat(40_000), type: "text/plain" })).output;
  expect(String(whole["content"])).toHaveLength(40_000);
  expect(whole).not.toHaveProperty("content_file");
  expect((await fetching({ body: "", type: "text/html" })).output.message).toBe("The page contains no text.");
});

test.each([
  ["tags without end", "<".repeat(500_000)],
  ["scripts without end", "<script>".repeat(100_000)],
  ["tags nested far deeper than a page", `${"<div>".repeat(60_000)}deep`],
  ["one tag of very many attributes", `<a ${"b=c ".repeat(200_000)}>`],
])("webFetch comes to an end with %s", async (_, body) => {
  expect((await fetching({ body, type: "text/html" })).output).toMatchObject({ success: true });
});

test.each(["file:///etc/passwd", "ftp://example.com/", "example.com", "javascript:alert(1)"])(
  "webFetch fetches nothing for %s",
  async (url) => {
    const output = await openRoom().run("webFetch", { url });
    expect(output).toMatchObject({ success: false });
    expect(output.message).toMatch(/is not an http or https URL\. Nothing was fetched/);
  },
);

test("webFetch refuses this host, as its fetcher does", async () => {
  const output = await openRoom().run("webFetch", { url: "http://127.0.0.1:1/" });
  expect(output.success).toBe(false);
});

test("the subject of webFetch is the URL", () => {
  expect(tool("webFetch").subject({ url: " https://example.com/a " }, openRoom().host)).toBe(
    "https://example.com/a",
  );
});

const endless = `${"<div>".repeat(40_000)}deep`;

test("a page the parsers cannot finish is read without them once their time is over", async () => {
  const { signal } = new AbortController();
  expect(await readHtml(endless, { signal, timeoutMs: 500 })).toEqual({ title: null, text: "deep" });
});

test("reading a page ends when it is cancelled", async () => {
  await expect(readHtml(endless, { signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout");
});
