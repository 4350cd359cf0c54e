import { expect, expectTypeOf, test } from "vitest";
import { type Client, NetworkError, ProblemError, routes, type Schemas } from "../src/index.ts";
import { answerJson, bodyOf, problem, serve } from "./loopback.ts";

const sessionId = "ses_01k9x2m4c8d3e5f6g7h8j9k0mn";

test("there is a method for each operation, and for nothing else", async () => {
  const { client } = await serve(() => {});
  const { connection: _, ...methods } = client;
  expect(Object.keys(methods)).toEqual(Object.keys(routes).filter((id) => id !== "openWebSocket"));
});

test("a request goes where the contract says, with key, query, body and an idempotency key", async () => {
  const seen: unknown[] = [];
  const { client } = await serve(async (request, response) => {
    const {
      "x-api-key": key,
      "content-type": type,
      "idempotency-key": once,
      authorization,
    } = request.headers;
    seen.push([request.method, request.url, key, type, typeof once, authorization, await bodyOf(request)]);
    answerJson(response, 200, { items: [], nextCursor: null });
  });
  await client.listMessages({ params: { sessionId: "a/b?" }, query: { limit: 5 } });
  await client.sendMessage({ params: { sessionId }, body: { content: "hello" } });
  expect(seen).toEqual([
    ["GET", "/v1/sessions/a%2Fb%3F/messages?limit=5", "k".repeat(20), undefined, "undefined", undefined, ""],
    [
      "POST",
      `/v1/sessions/${sessionId}/messages`,
      "k".repeat(20),
      "application/json",
      "string",
      undefined,
      '{"content":"hello"}',
    ],
  ]);
});

test("a problem is thrown as what it is, and not asked again", async () => {
  let requests = 0;
  const { client } = await serve((_, response) => {
    requests++;
    answerJson(response, 404, problem(404));
  });
  const failure: unknown = await client
    .getSession({ params: { sessionId } })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProblemError);
  expect(failure).toMatchObject({
    status: 404,
    problem: { code: "not-found" },
    message: "There is no such thing.",
  });
  expect(requests).toBe(1);
});

test("a cut line and a busy server are asked again under the same key, another call has another", async () => {
  const keys: unknown[] = [];
  const { client } = await serve((request, response) => {
    keys.push(request.headers["idempotency-key"]);
    if (keys.length === 1) request.socket.destroy();
    else if (keys.length === 2) answerJson(response, 503, problem(503, "busy"));
    else if (keys.length === 3)
      response.writeHead(201, { "content-length": "100" }).end('{"id":', () => request.socket.destroy());
    else answerJson(response, 201, { id: sessionId });
  });
  expect(await client.createSession({ body: {} })).toEqual({ id: sessionId });
  expect(new Set(keys).size).toBe(1);
  expect(keys.length).toBe(4);
  await client.createSession({ body: {} });
  expect(new Set(keys).size).toBe(2);
});

test("tries are bounded, and the last failure is told", async () => {
  let requests = 0;
  const { client } = await serve((request) => {
    requests++;
    request.socket.destroy();
  });
  await expect(client.getServer()).rejects.toThrow(NetworkError);
  expect(requests).toBe(5);
});

test("something that is not the server is told as that", async () => {
  const { client } = await serve((_request, response) => response.writeHead(418).end("<html>"));
  await expect(client.getServer()).rejects.toMatchObject({ name: "NetworkError", status: 418 });
});

test("a deletion whose answer was lost is asked for again under its key, and hears the first answer", async () => {
  const keys: unknown[] = [];
  const { client } = await serve((request, response) => {
    const key = request.headers["idempotency-key"];
    if (keys.push(key) === 1) request.socket.destroy();
    else if (key === keys[0]) response.writeHead(204).end();
    else answerJson(response, 404, problem(404));
  });
  expect(await client.deleteSession({ params: { sessionId } })).toBeUndefined();
  expect(keys).toEqual([expect.any(String), keys[0]]);
  await expect(client.deleteSession({ params: { sessionId } })).rejects.toThrow(ProblemError);
});

test("an abort is the caller's, with the caller's reason", async () => {
  const { client } = await serve(() => {});
  const controller = new AbortController();
  const waiting = client.getServer({ signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await expect(waiting).rejects.toThrow("changed my mind");
});

test("a redirect is refused, because it would take the key along", async () => {
  let followed = 0;
  const { client } = await serve((request, response) => {
    if (request.url === "/elsewhere") followed++;
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  await expect(client.getServer()).rejects.toThrow(NetworkError);
  expect(followed).toBe(0);
});

const bytes = new TextEncoder().encode("some bytes");
test.each([
  ["Uint8Array", () => bytes],
  ["Blob", () => new Blob([bytes])],
  ["ReadableStream", () => new Blob([bytes]).stream()],
])("a file goes up from a %s and comes down as bytes", async (_, body) => {
  let stored = "";
  const { client } = await serve(async (request, response) => {
    if (request.method === "GET")
      return void response.writeHead(200, { "content-type": "image/png" }).end(stored);
    stored = `${request.headers["content-type"]} ${await bodyOf(request)}`;
    answerJson(response, 201, { id: "fil_1" });
  });
  await client.uploadFile({ query: { filename: "a.txt" }, body: body() });
  const content = await client.getFileContent({ params: { fileId: "fil_1" } });
  expect(await content.text()).toBe("application/octet-stream some bytes");
});

test("types follow the contract", () => {
  expectTypeOf<Client["getSession"]>().returns.resolves.toEqualTypeOf<Schemas["Session"]>();
  expectTypeOf<Client["runTool"]>().returns.resolves.toEqualTypeOf<Schemas["ToolRun"]>();
  expectTypeOf<Client["deleteSession"]>().returns.resolves.toEqualTypeOf<undefined>();
  expectTypeOf<Client["getFileContent"]>().returns.resolves.toEqualTypeOf<Response>();
  expectTypeOf<Client["listSessionEvents"]>().returns.resolves.toEqualTypeOf<Schemas["EventPage"]>();
  expectTypeOf<Parameters<Client["listSessions"]>>().toExtend<[unknown?]>();
  expectTypeOf<Client>().not.toHaveProperty("openWebSocket");
  const wrong = (client: Client) => [
    // @ts-expect-error The session must be named.
    client.getSession(),
    // @ts-expect-error There is no such field.
    client.createSession({ body: { name: "x" } }),
    // @ts-expect-error A message has content.
    client.sendMessage({ params: { sessionId }, body: {} }),
    // @ts-expect-error A path is needed.
    client.getWorkspaceContent({ params: { workspaceId: "w" } }),
  ];
  expect(wrong).toBeTypeOf("function");
});
