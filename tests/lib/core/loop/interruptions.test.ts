import { afterAll, beforeAll, expect, test } from "vitest";
import type { Failpoint } from "../../../../lib/ports/failpoint.ts";
import type { Event } from "../../../../packages/shared/src/index.ts";
import { converse, decide, messagesOf, toolResult } from "../../../support/conversation.ts";
import { atRest, expectSameAsStored, follow } from "../../../support/clients/follower.ts";
import { calls, says, type Step } from "../../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../../support/server/server-process.ts";
import { eventsOf, eventWhere, pendingAction, taskIn, until } from "../../../support/until.ts";

let server: ServerProcess;
const env = { TALKCODY_GRACE_PERIOD_MS: "200" }; // Less than the answer takes.
beforeAll(async () => void (server = await startServerProcess({ env })));
afterAll(() => server.stop());

const strikeAt = (point: Failpoint) => ({ TALKCODY_TEST_FAILPOINT: point });
const speech: Step = { text: `${"Slowly said. ".repeat(40)}That was it.`, tokensPerSecond: 60 };
const unasked = { settings: { autoApproveCommands: true } };

const words = (events: readonly Event[]) =>
  events.flatMap(({ type, data }) => (type === "status" && "detail" in data ? [data.detail] : []));
const restarts = (events: readonly Event[]) =>
  words(events).filter((said) => said.includes("the task goes on"));

/** A task whose answer is being streamed. */
async function speaking() {
  const talk = await converse(server, [speech]);
  await eventWhere(server, talk.sessionId, ({ type }) => type === "token");
  return talk;
}

test.each([
  ["SIGTERM", "The server was restarted; the task goes on."],
  ["SIGKILL", "The server ended abruptly and was started again; the task goes on."],
] as const)("after %s a task that was at work tells people so, once", async (signal, said) => {
  const { sessionId, taskId } = await speaking();
  await server.end(signal);
  await server.start();
  await taskIn(server, taskId, "completed");
  expect(restarts(await eventsOf(server, sessionId))).toEqual([said]);
});

test.each([
  "recovery.begun",
  "task.recover.begins",
  "task.recover.prepared",
  "task.recover.committed",
  "recovery.done",
  "task.begin.begins",
  "task.begin.prepared",
] as const)("killed again at %s, it is told once all the same", async (point) => {
  const { sessionId, taskId } = await speaking();
  await server.end("SIGKILL");
  for (let again = 0; again < 2; again++) await endsAt(point);
  await server.start();
  await taskIn(server, taskId, "completed");
  expect(restarts(await eventsOf(server, sessionId))).toHaveLength(1);
});

test("a task that was taken up and cut again tells of both", async () => {
  const { sessionId, taskId } = await speaking();
  await server.end("SIGKILL");
  await endsAt("task.begin.committed");
  await server.start();
  await taskIn(server, taskId, "completed");
  expect(restarts(await eventsOf(server, sessionId))).toHaveLength(2);
});

test("what waits for a person tells nothing of a restart", async () => {
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "true" }), says("End.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  await server.end("SIGKILL");
  await server.start();
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  expect(restarts(await eventsOf(server, sessionId))).toEqual([]);
});

test.each(["SIGTERM", "SIGKILL"] as const)(
  "a command that %s cut is told to people by name, once, with what the agent heard",
  async (signal) => {
    const steps = [calls("bash", { command: "echo said; sleep 53.11" }), says("I looked.")];
    const { sessionId, taskId } = await converse(server, steps, unasked);
    await eventWhere(server, sessionId, ({ type }) => type === "tool.output");
    await server.end(signal);
    await server.start();
    await taskIn(server, taskId, "completed");
    const told = words(await eventsOf(server, sessionId)).filter((said) =>
      said.includes("cut by the restart"),
    );
    expect(told).toEqual([
      "bash (echo said; sleep 53.11) was cut by the restart. " +
        "The agent was told that its effects are unknown and that it should look before repeating it.",
    ]);
    expect((await toolResult(server, sessionId)).output.message).toContain("effects are unknown");
  },
);

test("an edit that a kill left between its deed and its record is found done, and worth no words", async () => {
  await server.end("SIGKILL");
  await server.start(strikeAt("tool.acted"));
  const settings = { autoApproveEdits: true };
  const steps = [calls("writeFile", { file_path: "a.txt", content: "A" }), says("End.")];
  const { sessionId, taskId } = await converse(server, steps, { settings });
  await server.gone();
  await server.start();
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).isError).toBe(false);
  const said = words(await eventsOf(server, sessionId));
  expect(said.filter((detail) => detail.includes("cut"))).toEqual([]);
  expect(said.filter((detail) => detail.includes("the task goes on"))).toHaveLength(1);
});

test("an answer that SIGKILL cut is said again under its own id: each letter once, and no ghost beside it", async () => {
  const { sessionId, taskId } = await converse(server, [speech]);
  const follower = follow(server, sessionId);
  const late = () => follow(server, sessionId);
  const begun = () => follower.events.filter(({ type }) => type === "message.created");
  await until("it speaks", () => (follower.state.streaming?.text.length ?? 0) > 20);
  for (const round of [2, 3]) {
    await server.end("SIGKILL");
    await server.start();
    await until(
      "it speaks again",
      () => begun().length === round + 1 && follower.state.streaming?.text !== "",
    );
  }
  const joined = late();
  await taskIn(server, taskId, "completed");
  for (const reader of [follower, joined]) {
    await atRest(server, reader, sessionId);
    await expectSameAsStored(server, reader);
    const answers = reader.state.messages.filter(({ role }) => role === "assistant");
    expect(answers.map(({ content }) => content)).toEqual([[{ type: "text", text: speech.text }]]);
    expect(reader.said(answers[0]?.id ?? "")).toBe(speech.text);
    expect(reader.state.streaming).toBeNull();
    await reader.stop();
  }
  const ids = begun().flatMap(({ data }) =>
    "message" in data && data.message.role === "assistant" ? [data.message.id] : [],
  );
  expect(new Set(ids).size).toBe(1);
  expect(await messagesOf(server, sessionId)).toHaveLength(2);
});

/** A run of the server that kills itself at the failpoint. When that comes before it publishes its address, its start fails. */
async function endsAt(point: Failpoint): Promise<void> {
  await server.start(strikeAt(point)).catch(() => {});
  expect((await server.gone()).signal, point).toBe("SIGKILL");
}
