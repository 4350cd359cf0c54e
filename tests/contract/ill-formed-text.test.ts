import { expect, test } from "vitest";
import { expectProblem } from "../support/claims.ts";
import { converse, createSession, messagesOf, toolResult } from "../support/conversation.ts";
import { openTestSocket } from "../support/clients/socket.ts";
import { openTestStream } from "../support/clients/stream.ts";
import type { CallOptions, TestAnswer } from "../support/server/server.ts";
import { eventsOf, taskIn } from "../support/until.ts";
import { useTestServer } from "../support/server/use-server.ts";

// Text of a request is well-formed or refused; text of a model is made well-formed before it is stored.
const server = useTestServer();
const half = "x\ud800y";
const whole = "x\u{1f469}\u200d\u{1f467}y \u0000 \ufffd";

function expectRefused(answer: TestAnswer, pointer: string): void {
  expectProblem(answer, "invalid-request");
  expect(answer.problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
}

test.each([
  ["createSession", { body: { title: half } }, "/title"],
  [
    "createSession",
    { body: { message: { content: [{ type: "text", text: half }] } } },
    "/message/content/0/text",
  ],
  ["createAgent", { body: { name: half, systemPrompt: "S" } }, "/name"],
  ["createAgent", { body: { name: "A", systemPrompt: half } }, "/systemPrompt"],
  [
    "updateSettings",
    { body: { settings: { permissions: [{ tool: "bash", pattern: half, decision: "ask" }] } } },
    "/settings/permissions/0/pattern",
  ],
  ["updateSettings", { body: { providers: { [half]: null } } }, "/providers/x\ufffdy"],
] as const)("%s with half of a pair in %j is refused", async (operationId, request, pointer) => {
  expectRefused(await server.call(operationId, request), pointer);
});

test("a message, and the input of a tool that a person runs, are refused with half of a pair, deep in them too", async () => {
  const { id: sessionId } = await createSession(server);
  const params = { sessionId };
  expectRefused(await server.call("sendMessage", { params, body: { content: half } }), "/content");
  const input = { todos: [{ id: "1", content: [[{ a: half }]] }] };
  const run = { params: { ...params, toolName: "todoWrite" }, body: { input } };
  expectRefused(await server.call("runTool", run), "/input/todos/0/content/0/0/a");
  const command = { params: { ...params, toolName: "bash" }, body: { input: { command: "ls", [half]: 1 } } };
  expectRefused(await server.call("runTool", command), "/input/x\ufffdy");
  expect(await messagesOf(server, sessionId)).toEqual([]);
});

test("bytes that are not UTF-8 are refused in a JSON body", async () => {
  const body = Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  const headers = { "content-type": "application/json" };
  expectRefused(await server.call("createSession", { body, headers }), "");
});

test("a frame of the WebSocket is refused with half of a pair, and the socket stays open", async () => {
  const { id: sessionId } = await createSession(server);
  const socket = await openTestSocket(server);
  const send = (id: string, content: string) =>
    socket.ask({ id, type: "message.send", sessionId, body: { content } });
  expect(await send("1", half)).toMatchObject({
    type: "error",
    problem: { code: "invalid-request", errors: [{ pointer: "/body/content" }] },
  });
  expect(await send("2", whole)).toMatchObject({ type: "ack", status: 202 });
  socket.close();
});

test.each([
  ["/v1/sessions?search=%ff", "query/search"],
  ["/v1/sessions?search=100%", "query/search"],
  ["/v1/sessions?search=%ed%a0%80", "query/search"],
  ["/v1/sessions?limit=5&%ff=1", "query"],
])("GET %s is refused", async (path, pointer) => {
  expectRefused(await server.request("GET", path), pointer);
});

test("a path that is not percent-encoded UTF-8 is refused", async () => {
  for (const path of ["/v1/sessions/%ff", "/v1/sessions/%ed%a0%80", "/v1/sessions/%"])
    expectProblem(await server.request("GET", path), "invalid-request");
});

test("the name of a file is refused where it is ill-formed, whichever way it comes", async () => {
  const raw: CallOptions = { body: "x" };
  expectRefused(await server.request("POST", "/v1/files?filename=%ff.txt", raw), "query/filename");
  const part = (disposition: string) => ({
    headers: { "content-type": "multipart/form-data; boundary=edge" },
    body: Buffer.from(
      `--edge\r\nContent-Disposition: form-data; name="file"; ${disposition}\r\n\r\nx\r\n--edge--\r\n`,
      "latin1",
    ),
  });
  const utf8 = Buffer.from(whole.replace("\0", "")).toString("latin1");
  for (const disposition of ['filename="\xff.txt"', "filename*=UTF-8''%ff.txt", "filename*=utf-16le''%00%d8"])
    expectProblem(await server.call("uploadFile", part(disposition)), "invalid-request");
  expectRefused(await server.call("uploadFile", part('filename="\xff.txt"')), "/filename");
  const kept = await server.call("uploadFile", part(`filename="${utf8}"`));
  expect([kept.status, kept.body.name]).toEqual([201, whole.replace("\0", "")]);
  expect((await server.call("uploadFile", part("filename*=UTF-8''%e2%82%ac.txt"))).body.name).toBe(
    "\u20ac.txt",
  );
});

test("well-formed text is answered as it was sent, and stored as it is answered", async () => {
  const agent = await server.call("createAgent", { body: { name: whole, systemPrompt: whole } });
  expect([agent.status, agent.body.name]).toEqual([201, whole]);
  const read = await server.call("getAgent", { params: { agentId: agent.body.id } });
  expect(read.body).toEqual(agent.body);
  const title = `${whole.replace("\0", "")}\\ud800`; // A title has no control characters.
  const { body } = await server.call("createSession", { body: { title } });
  expect(body.title).toBe(title);
});

test("a file keeps the joiners of its name, in the answer and in the download", async () => {
  const name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u{1f469}\u200d\u{1f4bb}.txt";
  const { body } = await server.call("uploadFile", { body: "x", query: { filename: name } });
  expect(body.name).toBe(name);
  const { headers } = await server.call("getFileContent", { params: { fileId: body.id } });
  expect(headers["content-disposition"]).toContain(`filename*=UTF-8''${encodeURIComponent(name)}`);
  const empty = await server.call("uploadFile", { body: "x", query: { filename: "\u200d\u200c" } });
  expect(empty.body.name).toBe("file");
});

test("a name or a title that is cut is never cut within a pair", async () => {
  const multipart = {
    headers: { "content-type": "multipart/form-data; boundary=edge" },
    body: `--edge\r\nContent-Disposition: form-data; name="file"; filename="${"x".repeat(254)}\u{1f600}"\r\n\r\nx\r\n--edge--\r\n`,
  };
  expect((await server.call("uploadFile", multipart)).body.name).toBe("x".repeat(254));
  const content = `${"x".repeat(79)}\u{1f600}${"y".repeat(20)}`;
  const { body } = await server.call("createSession", {
    body: { model: "echo@scripted", message: { content } },
  });
  expect(body.title).toBe(`${"x".repeat(40)}\u2026`);
});

test("what a model says gets U+FFFD for half of a pair: in the stream, in the log and in the messages", async () => {
  const todos = [{ id: "1", content: `call ${half}`, status: "pending" }];
  const { sessionId, taskId } = await converse(server, [
    {
      reasoning: `thought ${half}`,
      text: `said ${half} \u{1f600}`,
      toolCalls: [{ toolName: "todoWrite", input: { todos } }],
    },
  ]);
  const stream = await openTestStream(server, sessionId);
  await taskIn(server, taskId, "completed");
  await stream.waitFor(
    "the end",
    (frame) => frame.type === "task.updated" && frame.data.task.endedAt !== null,
  );
  const live = stream.frames.filter(({ type }) => type !== "snapshot");
  stream.close();
  const messages = await messagesOf(server, sessionId);
  const [, answer] = messages;
  expect(answer?.content).toMatchObject([
    { type: "reasoning", text: "thought x\ufffdy" },
    { type: "text", text: "said x\ufffdy \u{1f600}" },
    { type: "tool-call", input: { todos: [{ content: "call x\ufffdy" }] } },
  ]);
  expect(JSON.stringify((await toolResult(server, sessionId)).output)).toContain("call x\ufffdy");
  expect(halves([messages, live, await eventsOf(server, sessionId)])).toEqual([]);
});

/** Every text of a JSON value that is ill-formed. */
function halves(value: unknown): string[] {
  const found: string[] = [];
  JSON.parse(JSON.stringify(value), (_key, part: unknown) => {
    if (typeof part === "string" && !part.isWellFormed()) found.push(part);
    return part;
  });
  return found;
}
