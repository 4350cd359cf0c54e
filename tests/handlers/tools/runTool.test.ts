import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Schemas } from "../../../packages/shared/src/index.ts";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { converse, createSession, decide, messagesOf } from "../../support/conversation.ts";
import { asks } from "../../support/models/script.ts";
import { eventsOf, eventWhere, pendingAction, taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { scratch } from "../../support/workspaces.ts";

const server = useTestServer();
const run = (sessionId: string, toolName: string, input: unknown, headers = {}) =>
  server.call("runTool", { params: { sessionId, toolName }, body: { input }, headers });

async function ready(settings: Schemas["Settings"] = {}) {
  const { workspaceId, folder } = await scratch(server);
  const { id: sessionId } = await createSession(server, { workspaceId, settings });
  return { sessionId, folder };
}

test("runTool runs a tool that needs no decision, and brings its result", async () => {
  const { sessionId } = await ready({ autoApproveCommands: true });
  const { status, body } = await run(sessionId, "bash", { command: "echo hello" });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    toolName: "bash",
    isError: false,
    output: { success: true, output: "hello\n" },
    action: null,
  });
  expect(body.task).toMatchObject({ state: "completed", steps: 0 });
});

test("runTool keeps call and result in the conversation and in the log", async () => {
  const { sessionId } = await ready();
  const { body } = await run(sessionId, "listFiles", { directory_path: "." });
  const messages = await messagesOf(server, sessionId);
  expect(messages.map(({ role }) => role)).toEqual(["user", "tool"]);
  const types = (await eventsOf(server, sessionId)).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(["tool.call", "tool.result"]));
  expect(messages[1]?.content).toMatchObject([{ toolCallId: body.toolCallId, output: body.output }]);
});

test("runTool answers 202 where a decision is needed; nothing happens before it, the result is an event", async () => {
  const { sessionId, folder } = await ready();
  const { status, body } = await run(sessionId, "writeFile", { file_path: "a.txt", content: "A" });
  expect(status).toBe(202);
  expect(body).toMatchObject({ output: null, action: { state: "pending", toolName: "writeFile" } });
  expect(existsSync(join(folder, "a.txt"))).toBe(false);
  await decide(server, sessionId, { type: "approve", actionId: body.action?.id ?? "" });
  const told = await eventWhere(server, sessionId, ({ type }) => type === "tool.result");
  expect(told).toMatchObject({ data: { toolCallId: body.toolCallId, isError: false } });
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("A");
});

test("runTool brings a refusal by a rule as a result", async () => {
  const permissions = [{ tool: "bash", pattern: "rm *", decision: "deny" as const }];
  const { sessionId } = await ready({ permissions, autoApproveCommands: true });
  const { status, body } = await run(sessionId, "bash", { command: "rm -r ." });
  expect([status, body.isError]).toEqual([200, true]);
  expect(body.output?.message).toContain("rule");
});

test("runTool refuses tools and inputs it does not know, and starts nothing", async () => {
  const { sessionId } = await ready();
  expectProblem(await run(sessionId, "format", {}), "not-found");
  for (const input of [{}, { command: 1 }, { command: "ls", shell: "zsh" }, []])
    expectProblem(await run(sessionId, "bash", input), "invalid-request");
  expectProblem(await run(sessionId, "no tool", {}), "invalid-request");
  expectProblem(await run(unknownId("ses"), "listFiles", { directory_path: "." }), "not-found");
  expect(await messagesOf(server, sessionId)).toEqual([]);
});

test("runTool refuses while a task is at work", async () => {
  const { sessionId, taskId } = await converse(server, [asks()]);
  await taskIn(server, taskId, "waiting");
  expectProblem(await run(sessionId, "listFiles", { directory_path: "." }), "session-busy");
});

test("runTool works once for each idempotency key", async () => {
  const { sessionId, folder } = await ready({ autoApproveCommands: true });
  const params = { sessionId, toolName: "bash" };
  await expectWorksOnce(server, "runTool", {
    request: { params, body: { input: { command: "echo x >> effects" } } },
    other: { params, body: { input: { command: "echo y >> effects" } } },
    effects: () =>
      existsSync(join(folder, "effects"))
        ? readFileSync(join(folder, "effects"), "utf8").split("\n").length - 1
        : 0,
  });
});

test("runTool is for key holders only", async () => {
  const { sessionId } = await ready();
  const request = { params: { sessionId, toolName: "listFiles" }, body: { input: { directory_path: "." } } };
  await expectRefusesStrangers(server, "runTool", { request, state: () => messagesOf(server, sessionId) });
});

test("a person's tool run waits in the list of decisions like the agent's", async () => {
  const { sessionId } = await ready();
  const { body } = await run(sessionId, "bash", { command: "true" });
  expect(await pendingAction(server, sessionId)).toEqual(body.action);
});
