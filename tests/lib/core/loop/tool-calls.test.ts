import { expect, test } from "vitest";
import {
  converse,
  createSession,
  messagesOf,
  toolResult,
  toolResults,
} from "../../../support/conversation.ts";
import { startModelServer } from "../../../support/models/model-server.ts";
import { textStream, toolCallStream } from "../../../support/models/model-streams.ts";
import { calls, callsAll, says } from "../../../support/models/script.ts";
import { eventsOf, taskIn } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { cloned, scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const settings = { autoApproveCommands: true, autoApproveEdits: true };

test("calls that only read are answered in the order they were made, however long each takes", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, place) => [
      `f${place}.txt`,
      `text ${place}\n`.repeat(place === 0 ? 20_000 : 1),
    ]),
  );
  const { workspaceId } = await cloned(server, files);
  const names = Object.keys(files);
  const step = callsAll(...names.map((name): [string, unknown] => ["readFile", { file_path: name }]));
  const { sessionId, taskId } = await converse(server, [step, says("End.")], { workspaceId });
  await taskIn(server, taskId, "completed");
  const results = await toolResults(server, sessionId);
  expect(results.map(({ output }) => JSON.stringify(output).includes("text"))).toEqual(names.map(() => true));
  for (const [place, { output }] of results.entries())
    expect(JSON.stringify(output)).toContain(`text ${place}`);
});

test("calls that change something run one after the other", async () => {
  const { workspaceId } = await scratch(server);
  const append = (letter: string): [string, unknown] => [
    "bash",
    { command: `sleep 0.0${5 - (letter.charCodeAt(0) % 5)}; echo ${letter} >> log; cat log` },
  ];
  const { sessionId, taskId } = await converse(
    server,
    [callsAll(append("a"), append("b"), append("c")), says("End.")],
    { workspaceId, settings },
  );
  await taskIn(server, taskId, "completed");
  const outputs = (await toolResults(server, sessionId)).map(
    ({ output }) => (output as { output?: string }).output,
  );
  expect(outputs).toEqual(["a\n", "a\nb\n", "a\nb\nc\n"]);
});

test("a tool that is not there is answered with what is", async () => {
  const { sessionId, taskId } = await converse(server, [calls("teleport", { to: "mars" }), says("End.")]);
  await taskIn(server, taskId, "completed");
  expect(await toolResult(server, sessionId)).toMatchObject({ toolName: "teleport", isError: true });
  expect((await toolResult(server, sessionId)).output.message).toContain("readFile");
});

test.each([
  ["text that is no JSON", "not json {"],
  ["an empty object", {}],
  ["the wrong type", { command: 7 }],
  ["an unknown field", { command: "ls", shell: "zsh" }],
  ["a list", ["ls"]],
  ["null", null],
])("an input that is %s is answered with what was expected, and nothing runs", async (_, input) => {
  const { sessionId, taskId } = await converse(server, [calls("bash", input), says("End.")], { settings });
  await taskIn(server, taskId, "completed");
  const { isError, output } = await toolResult(server, sessionId);
  expect(isError).toBe(true);
  expect(output.message).toContain("bash");
  expect(output).not.toHaveProperty("exit_code");
});

test("a command that runs out of time is ended, and the model is told", async () => {
  const limits = { ...settings, commandTimeoutMs: 1000 };
  const { sessionId, taskId } = await converse(
    server,
    [calls("bash", { command: "sleep 60" }), says("End.")],
    { settings: limits },
  );
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output).toMatchObject({ success: false, timed_out: true });
});

test("the output of a running command is live, and told before its result", async () => {
  const { sessionId, taskId } = await converse(
    server,
    [calls("bash", { command: "echo one; sleep 0.2; echo two >&2" }), says("End.")],
    { settings },
  );
  await taskIn(server, taskId, "completed");
  const events = await eventsOf(server, sessionId);
  const live = events.flatMap((event) =>
    event.type === "tool.output" ? [[event.data.stream, event.data.text]] : [],
  );
  expect(live).toEqual([
    ["stdout", "one\n"],
    ["stderr", "two\n"],
  ]);
  const places = events.flatMap(({ type }, place) =>
    type === "tool.output" || type === "tool.result" ? [type, place] : [],
  );
  expect(places.filter((entry) => typeof entry === "string").at(-1)).toBe("tool.result");
});

test("ids that a provider gives twice name one call each", async () => {
  const models = await startModelServer();
  try {
    const provider = { type: "openai-compatible", baseUrl: `${models.url}/v1`, apiKey: "any" };
    await server.call("updateSettings", { body: { providers: { local: provider } } });
    const call = (text: string) => ({ id: "call_same", name: "bash", input: { command: `echo ${text}` } });
    const twice = toolCallStream("openai-chat", {
      calls: [call("one"), { ...call("two"), id: "call_same" }],
    });
    const again = toolCallStream("openai-chat", { calls: [call("three")] });
    models.answer({ events: twice }, { events: again }, { events: textStream("openai-chat", "End.") });
    const session = await createSession(server, { model: "any@local", settings } as never);
    const params = { sessionId: session.id };
    const { body } = await server.call("sendMessage", { params, body: { content: "Go" } });
    await taskIn(server, body.task.id, "completed");
    const parts = (await messagesOf(server, session.id)).flatMap(({ content }) => content);
    const called = parts.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : []));
    const answered = parts.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : []));
    expect(new Set(called).size).toBe(called.length);
    expect(answered).toEqual(called);
    expect(called.length).toBeGreaterThanOrEqual(2);
  } finally {
    await models.close();
  }
});

test("an agent is offered its own tools only", async () => {
  const models = await startModelServer();
  try {
    const provider = { type: "openai-compatible", baseUrl: `${models.url}/v1`, apiKey: "any" };
    await server.call("updateSettings", { body: { providers: { local: provider } } });
    const agent = await server.call("createAgent", {
      body: { name: "Reader", systemPrompt: "Only read.", tools: ["readFile"], model: "own@local" },
    });
    const { body } = await server.call("createSession", {
      body: { agentId: agent.body.id, message: { content: "Hi" } },
    });
    await taskIn(server, body.activeTask?.id ?? "", "completed");
    const asked = models.requests.at(-1)?.body as {
      model: string;
      tools: { function: { name: string } }[];
      messages: { content: string }[];
    };
    expect(asked.model).toBe("own");
    expect(asked.tools.map((tool) => tool.function.name)).toEqual(["readFile"]);
    expect(asked.messages[0]?.content).toContain("Only read.");
  } finally {
    await models.close();
  }
});

test("an agent cannot use a tool that it was not offered", async () => {
  const body = { name: "Reader", systemPrompt: "Only read.", tools: ["readFile"] };
  const agentId = (await server.call("createAgent", { body })).body.id;
  const { sessionId, taskId } = await converse(
    server,
    [calls("bash", { command: "echo out" }), says("End.")],
    { agentId, settings },
  );
  await taskIn(server, taskId, "completed");
  expect(await toolResult(server, sessionId)).toMatchObject({ isError: true });
  expect(JSON.stringify(await toolResult(server, sessionId))).not.toContain("exit_code");
});
