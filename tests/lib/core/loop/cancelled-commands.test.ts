import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  converse,
  createSession,
  decide,
  say,
  toolResult,
  toolResults,
} from "../../../support/conversation.ts";
import { calls, callsAll, says } from "../../../support/models/script.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { eventsOf, eventWhere, taskIn, until } from "../../../support/until.ts";
import { scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const settings = { autoApproveCommands: true };

/** Says four lines on two streams and never ends by itself; when it is ended, it says one more. */
const command =
  "trap 'echo while ending; exit' TERM; printf '\\033[32mone\\033[0m\\n'; echo two; echo oops >&2; echo three; sleep 600 & wait";

const untilHeard = (sessionId: string, text: string) =>
  eventWhere(
    server,
    sessionId,
    ({ type, data }) => type === "tool.output" && JSON.stringify(data).includes(text),
  );

const seen = {
  success: false,
  message:
    "Cut off while it ran (Cancelled): the command was ended, with everything it had started. Changes it made before that remain.",
  command,
  exit_code: null,
  output: "one\ntwo\nthree\n",
  error: "oops\n",
  timed_out: false,
  outputTruncated: false,
  errorTruncated: false,
  isBackground: false,
};

function outputPathOf(output: object): string {
  return "outputFilePath" in output ? String(output.outputFilePath) : "";
}

test("a cancelled command keeps the output that people saw, in the result, the event and for the model", async () => {
  const { workspaceId, folder } = await scratch(server);
  const { sessionId, taskId } = await converse(server, [calls("bash", { command })], {
    workspaceId,
    settings,
  });
  await untilHeard(sessionId, "three");
  await untilHeard(sessionId, "oops");
  await decide(server, sessionId, { type: "cancel" });
  const { output, isError } = await toolResult(server, sessionId);
  expect([output, isError]).toEqual([expect.objectContaining(seen), true]);
  const results = (await eventsOf(server, sessionId)).filter(({ type }) => type === "tool.result");
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({ taskId, data: { output } });

  // The next task waits until the command has ended; then its log holds what it wrote while it was ended.
  const next = await say(server, sessionId, [says("End.")]);
  await taskIn(server, next.task.id, "completed");
  const log = readFileSync(join(folder, outputPathOf(output)), "utf8");
  expect(log).toBe("\u001b[32mone\u001b[0m\ntwo\nthree\nwhile ending\n");
});

test("a person's run of a tool that is cancelled answers with what the command had written", async () => {
  const { id: sessionId } = await createSession(server, { settings });
  const params = { sessionId, toolName: "bash" };
  const running = server.call("runTool", { params, body: { input: { command } } });
  await untilHeard(sessionId, "three");
  await untilHeard(sessionId, "oops");
  await decide(server, sessionId, { type: "cancel" });
  const { status, body } = await running;
  expect(status).toBe(200);
  expect(body).toMatchObject({ isError: true, output: seen, task: { state: "cancelled" } });
  expect(body.durationMs).toBeGreaterThan(0);
});

test("a long output that is cut shows its end, says how much is missing, and names the log", async () => {
  const { sessionId } = await converse(
    server,
    [calls("bash", { command: "seq 5000; echo last; sleep 600" })],
    {
      settings,
    },
  );
  await untilHeard(sessionId, "last");
  await decide(server, sessionId, { type: "cancel" });
  const { output } = await toolResult(server, sessionId);
  expect(output).toMatchObject({
    outputTruncated: true,
    output: expect.stringMatching(
      /^\.\.\. \(13898 characters truncated; the full .*\n5000\nlast\n$/s,
    ) as string,
    outputFilePath: expect.stringMatching(/stdout\.log$/) as string,
  });
});

test("a silent command that is cancelled has no output, and a call that had not begun did not run", async () => {
  const { workspaceId, folder } = await scratch(server);
  const two = callsAll(["bash", { command: "touch begun; sleep 600" }], ["bash", { command: "echo second" }]);
  const { sessionId } = await converse(server, [two], { workspaceId, settings });
  await until("the first has begun", () => existsSync(join(folder, "begun")));
  await decide(server, sessionId, { type: "cancel" });
  const [first, second] = await toolResults(server, sessionId);
  expect(first?.output).toMatchObject({ message: seen.message, output: "", error: "" });
  expect(first?.output).not.toHaveProperty("outputFilePath");
  expect(second?.output).toEqual({ success: false, message: "Not run (Cancelled)." });
});

test("a command whose time is over keeps its output and its end", async () => {
  // A busy machine may not come to the last word in so short a time.
  for (let commandTimeoutMs = 1000; ; commandTimeoutMs *= 2) {
    const limits = { ...settings, commandTimeoutMs };
    const steps = [calls("bash", { command }), says("End.")];
    const { sessionId, taskId } = await converse(server, steps, { settings: limits });
    await taskIn(server, taskId, "completed");
    const { output } = await toolResult(server, sessionId);
    expect(output).toMatchObject({ success: false, timed_out: true });
    expect(output.message).toMatch(`Command timed out after ${commandTimeoutMs / 1000} s and was ended`);
    const isComplete = JSON.stringify(output).includes("three");
    const [said, oops] = isComplete ? ["one\ntwo\nthree\nwhile ending\n", "oops\n"] : ["", ""];
    expect(output).toMatchObject({
      output: expect.stringContaining(said) as string,
      error: expect.stringContaining(oops) as string,
    });
    if (isComplete) return;
  }
});
