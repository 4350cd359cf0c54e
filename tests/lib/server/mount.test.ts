import { expect, test } from "vitest";
import { AppError } from "../../../lib/errors.ts";
import { call, codeOf, key, post, raw, sessionId, start, workspaceId } from "./start-server.ts";

const echo = (input: unknown) => ({ status: 200, body: input });

test("parameters arrive in their types, with the defaults of the contract", async () => {
  const { url } = await start({
    handlers: {
      listSessions: echo,
      deleteWorkspace: ({ query }) => {
        expect(query.force).toBe(true);
        return { status: 204 };
      },
    },
  });
  const plain = await call(`${url}/v1/sessions`);
  expect(plain.json["query"]).toEqual({ limit: 50, archived: false });
  const given = await call(`${url}/v1/sessions?limit=7&archived=true&search=a%20b`);
  expect(given.json["query"]).toEqual({ limit: 7, archived: true, search: "a b" });
  const removal = await call(`${url}/v1/workspaces/${workspaceId}?force=true`, { method: "DELETE" });
  expect([removal.status, removal.text]).toEqual([204, ""]);
});

test("a parameter that is not of the contract is refused with its place, what was expected and what came", async () => {
  const { url } = await start({ handlers: { listSessions: echo, getSession: echo } });
  const cases: [string, string, RegExp][] = [
    ["/v1/sessions?limit=0", "query/limit", /expected a number >= 1, got 0/],
    ["/v1/sessions?limit=many", "query/limit", /expected integer, got "many"/],
    ["/v1/sessions?limit=1&limit=2", "query/limit", /expected integer, got a list/],
    ["/v1/sessions?status=sleepy", "query/status", /expected "idle" or "running" or "waiting", got "sleepy"/],
    ["/v1/sessions?nonsense=1", "query/nonsense", /expected only limit, cursor, .*got "nonsense"/],
    ["/v1/sessions/ses_x", "path/sessionId", /expected text like .*, got "ses_x"/],
    [`/v1/sessions/${sessionId}%00`, "path/sessionId", /got/],
    [`/v1/sessions/..%2F..%2Fetc%2Fpasswd`, "path/sessionId", /got/],
    [`/v1/sessions/${"a".repeat(8000)}`, "path/sessionId", /got text of 8000 characters/],
  ];
  for (const [path, pointer, detail] of cases) {
    const answer = await call(`${url}${path}`);
    expect([answer.status, codeOf(answer)], path).toEqual([400, "invalid-request"]);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(answer.json["errors"], path).toEqual([
      { pointer, detail: expect.stringMatching(detail) as string },
    ]);
  }
});

test("a body is taken as the contract has it, unchanged, and everything else is refused with its place", async () => {
  const { url } = await start({
    handlers: { createSession: echo, createAction: echo, updateSettings: echo },
  });
  const body = {
    title: "T",
    settings: { stepsMax: 3 },
    message: { content: [{ type: "text", text: "hi" }] },
  };
  expect((await post(`${url}/v1/sessions`, body)).json["body"]).toEqual(body);
  const cases: [string, unknown, string, RegExp][] = [
    ["sessions", { titel: "T" }, "/titel", /expected only title, .*got "titel"/],
    ["sessions", { title: 5 }, "/title", /expected string, got 5/],
    ["sessions", { title: "" }, "/title", /expected at least 1 character, got ""/],
    ["sessions", { settings: { stepsMax: "3" } }, "/settings/stepsMax", /expected integer, got "3"/],
    ["sessions", { message: {} }, "/message/content", /expected a value, got nothing/],
    ["sessions", { message: { content: 5 } }, "/message/content", /expected string/],
    [
      "sessions",
      { message: { content: [{ type: "image" }] } },
      "/message/content/0/type",
      /expected "text" or "file", got "image"/,
    ],
    ["sessions", [], "", /expected object, got a list of 0/],
    [`sessions/${sessionId}/actions`, { type: "agree" }, "/type", /expected "approve" or .*, got "agree"/],
    [`sessions/${sessionId}/actions`, { type: "approve" }, "/actionId", /expected a value, got nothing/],
  ];
  for (const [path, value, pointer, detail] of cases) {
    const answer = await post(`${url}/v1/${path}`, value);
    expect([answer.status, codeOf(answer)], JSON.stringify(value)).toEqual([400, "invalid-request"]);
    const errors = answer.json["errors"] as { pointer: string; detail: string }[];
    expect(
      errors.map((error) => error.pointer),
      JSON.stringify(errors),
    ).toContain(pointer);
    expect(errors.find((error) => error.pointer === pointer)?.detail).toMatch(detail);
  }
});

test("a secret in a refused body is not said back", async () => {
  const { url } = await start();
  const body = JSON.stringify({ providers: { openai: { type: "openai", apiKey: "very secret" } } });
  const answer = await call(`${url}/v1/settings`, { method: "PATCH", body });
  expect([answer.status, codeOf(answer)]).toEqual([400, "invalid-request"]);
  expect(answer.text).not.toContain("very secret");
  expect(answer.text).toContain("11 characters");
});

test("what is not JSON is 400, another media type 415, too much 413", async () => {
  const { url, port } = await start({
    handlers: { createSession: echo, syncWorkspace: echo },
    limits: { lingerMs: 100 },
  });
  const status = async (body: string | Buffer, headers = {}) =>
    (await call(`${url}/v1/sessions`, { method: "POST", body, headers })).status;
  for (const body of [
    "",
    "{",
    "nope",
    '{"title":"T"}x',
    '{"__proto__":{"a":1}}',
    '{"message":{"__proto__":{}}}',
    '{"constructor":{"prototype":{}}}',
  ])
    expect(await status(body), body).toBe(400);
  const poison = await call(`${url}/v1/sessions`, { method: "POST", body: '{"settings":{"__proto__":{}}}' });
  expect(poison.text).toContain("No field may be named `__proto__`");
  expect(await status(Buffer.from([0x22, 0xff, 0x22]))).toBe(400);
  expect(await status("{}", { "content-type": "application/json; charset=utf-8" })).toBe(200);
  for (const type of [
    "text/plain",
    "application/json\ta",
    "application/jsonx",
    " application/json;x",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin1",
    "",
  ])
    expect(await status("{}", { "content-type": type }), type).toBe(415);
  expect(await status("{}", { "content-encoding": "gzip" })).toBe(415);
  expect(await status(JSON.stringify({ title: "x".repeat(100_000) }))).toBe(413);
  const chunk = `${(60_000).toString(16)}\r\n${" ".repeat(60_000)}\r\n`;
  const head = `POST /v1/sessions HTTP/1.1\r\nHost: localhost:${port}\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  expect(await raw(port, head + chunk + chunk)).toMatch(/^HTTP\/1.1 413 /);
  expect(
    (await call(`${url}/v1/workspaces/${workspaceId}/sync`, { method: "POST", body: "{}" })).status,
  ).toBe(415);
  expect((await call(`${url}/v1/workspaces/${workspaceId}/sync`, { method: "POST" })).status).toBe(200);
});

test("what the contract does not name is 404, and another method 405 with the ones it has", async () => {
  const { url } = await start({ handlers: { listSessions: echo } });
  for (const path of ["/", "/v1", "/v2/sessions", "//v1/sessions", "/V1/sessions", "/v1/openapiXjson"])
    expect(codeOf(await call(`${url}${path}`)), path).toBe("not-found");
  const put = await call(`${url}/v1/sessions`, { method: "PUT", body: "{}" });
  expect([put.status, codeOf(put), put.headers.allow]).toEqual([
    405,
    "method-not-allowed",
    "GET, HEAD, POST",
  ]);
  const patch = await call(`${url}/v1/sessions/${sessionId}`, { method: "OPTIONS" });
  expect([patch.status, patch.headers.allow]).toEqual([405, "DELETE, GET, HEAD, PATCH"]);
  for (const method of ["QUERY", "TRACE", "PROPFIND"]) {
    const other = await call(`${url}/v1/sessions`, { method });
    expect([other.status, other.headers.allow], method).toEqual([405, "GET, HEAD, POST"]);
  }
  const head = await call(`${url}/v1/sessions`, { method: "HEAD" });
  expect([head.status, head.text, Number(head.headers["content-length"]) > 0]).toEqual([200, "", true]);
});

test("a target that cannot be read is a 400 that does not say it back", async () => {
  const { url, port } = await start();
  const answer = await call(`${url}/v1/%zz-secret`);
  expect([answer.status, codeOf(answer)]).toEqual([400, "invalid-request"]);
  expect(answer.text).not.toContain("secret");
  const garbage = await raw(port, "NOT HTTP AT ALL\r\n\r\n");
  expect(garbage).toMatch(/^HTTP\/1.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"invalid-request"/);
  const long = await raw(port, `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  expect(long).toMatch(/^HTTP\/1.1 400 /);
  const both = await raw(
    port,
    `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  );
  expect(both).toMatch(/^HTTP\/1.1 400 /);
});

test("an unexpected error tells the log everything and the caller nothing", async () => {
  const lines: string[] = [];
  const getServer = () => {
    throw new Error("ENOENT: /secret/place/main.db near SELECT");
  };
  const { url } = await start({ handlers: { getServer }, logTo: { write: (line) => lines.push(line) } });
  const answer = await call(`${url}/v1/server?`);
  expect([answer.status, codeOf(answer)]).toEqual([500, "internal"]);
  expect(answer.text).not.toMatch(/secret|main\.db|SELECT|at /);
  const logged = lines.find((line) => line.includes("/secret/place/main.db"));
  expect(logged).toContain(String(answer.headers["x-request-id"]));
  expect(answer.json["instance"]).toBe(`urn:talkcody:request:${String(answer.headers["x-request-id"])}`);
  expect(lines.join("")).not.toContain(key);
});

test("a known failure keeps its code, its words and its Retry-After", async () => {
  const getServer = () => {
    throw new AppError("busy", "Come back later.", { retryAfterSeconds: 3 });
  };
  const { url } = await start({ handlers: { getServer } });
  const answer = await call(`${url}/v1/server`);
  expect([answer.status, answer.json["detail"], answer.headers["retry-after"]]).toEqual([
    503,
    "Come back later.",
    "3",
  ]);
});

test("a slow body and slow headers are cut, while others are served", async () => {
  const { url, port } = await start({
    handlers: { createSession: echo, listSessions: echo },
    limits: { bodyMs: 200, headersMs: 300, lingerMs: 100 },
  });
  const head = `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
  const [body, headers, normal] = await Promise.all([
    raw(port, head),
    raw(port, "GET /v1/sessions HTTP/1.1\r\nHost:"),
    call(`${url}/v1/sessions`),
  ]);
  expect(body).toMatch(/^HTTP\/1.1 400 [\s\S]*Expected the whole body within 200 ms/);
  expect(headers).toMatch(/^HTTP\/1.1 400 [\s\S]*did not arrive in time/);
  expect(normal.status).toBe(200);
});
