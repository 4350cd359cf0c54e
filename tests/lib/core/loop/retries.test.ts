import { expect, test } from "vitest";
import { converse, messagesOf, toolResult } from "../../../support/conversation.ts";
import { calls, says } from "../../../support/models/script.ts";
import { eventsOf, taskEnded, taskIn } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";

const server = useTestServer();

test("a rate limit is waited out for as long as the provider asks, and people are told", async () => {
  const startedAt = performance.now();
  const step = { text: "Finally.", fail: { failure: "rate-limited" as const, retryAfterMs: 400, times: 2 } };
  const { sessionId, taskId } = await converse(server, [step]);
  const task = await taskIn(server, taskId, "completed");
  expect(performance.now() - startedAt).toBeGreaterThan(800);
  expect(task.steps).toBe(1);
  const told = (await eventsOf(server, sessionId)).filter(
    (event) => event.type === "status" && event.data.detail.includes("Trying again"),
  );
  expect(told).toHaveLength(2);
});

test.each(["overloaded", "network", "timeout", "malformed"] as const)(
  "a failure that passes (%s) is tried again",
  async (failure) => {
    const { taskId } = await converse(server, [
      { text: "There.", fail: { failure, times: 1, retryAfterMs: 10 } },
    ]);
    expect((await taskIn(server, taskId, "completed")).error).toBeNull();
  },
);

test("what a cut stream had said is void: the log says so and the message holds the second try only", async () => {
  const text = "This is the whole answer, said in one go.";
  const cut = { text, fail: { failure: "network" as const, afterTokens: 3, times: 1, retryAfterMs: 50 } };
  const { sessionId, taskId } = await converse(server, [cut]);
  await taskIn(server, taskId, "completed");
  const [, answer] = await messagesOf(server, sessionId);
  expect(answer?.content).toEqual([{ type: "text", text }]);
  const events = await eventsOf(server, sessionId);
  const begun = events.filter(
    (event) => event.type === "message.created" && event.data.message.role === "assistant",
  );
  expect(begun).toHaveLength(2);
  const lastBegin = events.findLastIndex(({ id }) => id === begun[1]?.id);
  const streamed = events
    .slice(lastBegin)
    .flatMap((event) => (event.type === "token" ? [event.data.text] : []));
  expect(streamed.join("")).toBe(text);
  const finals = events.filter(
    (event) => event.type === "message.final" && event.data.message.role === "assistant",
  );
  expect(finals).toHaveLength(1);
});

test.each([
  ["refused", "model-refused"],
  ["unauthorized", "model-refused"],
  ["context-overflow", "context-overflow"],
] as const)("a failure that stays (%s) is not tried again", async (failure, code) => {
  const { sessionId, taskId } = await converse(server, [
    { text: "There.", fail: { failure, times: 1, message: "Because." } },
  ]);
  const task = await taskEnded(server, taskId);
  expect(task).toMatchObject({
    state: "failed",
    error: { code, detail: expect.stringContaining("Because.") },
  });
  const error = (await eventsOf(server, sessionId)).find(({ type }) => type === "error");
  expect(error).toMatchObject({ data: { problem: task.error } });
});

test("a provider that never recovers ends the task after a bounded number of tries", async () => {
  const { sessionId, taskId } = await converse(server, [
    { fail: { failure: "overloaded", retryAfterMs: 5 } },
  ]);
  const { state, error } = await taskEnded(server, taskId);
  expect([state, error?.code]).toEqual(["failed", "model-failed"]);
  expect(error?.detail).toContain("6 times");
  expect((await server.call("getSession", { params: { sessionId } })).body.status).toBe("idle");
});

test("a provider that asks for more patience than we have ends the task at once", async () => {
  const { taskId } = await converse(server, [{ fail: { failure: "rate-limited", retryAfterMs: 3_600_000 } }]);
  expect((await taskEnded(server, taskId)).error?.code).toBe("model-failed");
});

test("a retry never repeats a tool that has run", async () => {
  const settings = { autoApproveCommands: true };
  const steps = [
    calls("bash", { command: "echo x >> log; cat log" }),
    { text: "End.", fail: { failure: "network" as const, times: 2, retryAfterMs: 5 } },
  ];
  const { sessionId, taskId } = await converse(server, steps, { settings });
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output).toMatchObject({ output: "x\n" });
});

test("an answer of nothing is a failure, not an empty message", async () => {
  const { sessionId, taskId } = await converse(server, [{ finish: "content-filter" }, says("Unused.")]);
  expect((await taskEnded(server, taskId)).error?.code).toBe("model-refused");
  expect((await messagesOf(server, sessionId)).filter(({ role }) => role === "assistant")).toEqual([]);
});
