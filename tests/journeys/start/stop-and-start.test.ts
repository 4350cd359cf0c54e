import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { converse, decide, toolResult, type Conversation } from "../../support/conversation.ts";
import { atRest, expectSameAsStored, follow, type Follower } from "../../support/clients/follower.ts";
import { processesEnd, processesWith } from "../../support/server/processes.ts";
import { calls, says, type Step } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { pendingAction, taskIn, until } from "../../support/until.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.stop());
beforeEach(() => processesEnd("sleep 47."));

const unasked = { settings: { autoApproveCommands: true } };
const speech: Step = { text: `${"Slowly said. ".repeat(40)}That was it.`, tokensPerSecond: 50 };
const once = (marker: string): Step[] => [
  calls("bash", { command: `echo run >> runs.txt; echo said; sleep ${marker}` }),
  says("I looked."),
];

describe.each(["SIGTERM", "SIGKILL"] as const)("%s and a new start", (signal) => {
  test("in the middle of what the agent says: the same task says it whole", async () => {
    const talk = await converse(server, [speech]);
    const follower = follow(server, talk.sessionId);
    await hears(follower, "token", 5);
    await interrupt(signal);
    await server.start();
    await finishes(talk, follower);
    const [answer, ...others] = follower.state.messages.filter(({ role }) => role === "assistant");
    expect(others).toEqual([]);
    expect(answer?.content).toEqual([{ type: "text", text: speech.text }]);
    expect(follower.said(answer?.id ?? "")).toBe(speech.text);
  });

  test("in the middle of a command: nothing is left of it, it is told as interrupted, and never run again", async () => {
    const marker = signal === "SIGTERM" ? "47.11" : "47.12";
    const talk = await converse(server, once(marker), unasked);
    const follower = follow(server, talk.sessionId);
    await hears(follower, "tool.output", 1);
    expect(processesWith(`sleep ${marker}`)).not.toEqual([]);
    await interrupt(signal);
    await server.start();
    await processesEnd(`sleep ${marker}`);
    await finishes(talk, follower);
    const result = await toolResult(server, talk.sessionId);
    expect(result).toMatchObject({ isError: true, output: { success: false } });
    expect(result.output.message).toMatch(/[Ii]nterrupted/);
    expect(result.output).toMatchObject({ output: "said\n" });
    const { workspaceId } = (await server.call("getSession", { params: { ...talk } })).body;
    const runs = readFileSync(join(server.dataDir, "workspaces", workspaceId, "runs.txt"), "utf8");
    expect(runs).toBe("run\n");
    expect(processesWith(`sleep ${marker}`)).toEqual([]);
  });

  test("before an approval: it is still asked for, and holds once", async () => {
    const talk = await converse(server, [
      calls("bash", { command: "echo run >> runs.txt" }),
      says("It ran."),
    ]);
    const follower = follow(server, talk.sessionId);
    const action = await pendingAction(server, talk.sessionId);
    await interrupt(signal);
    await server.start();
    expect(await pendingAction(server, talk.sessionId)).toEqual(action);
    const approval = { type: "approve", actionId: action.id } as const;
    expect((await decide(server, talk.sessionId, approval)).status).toBe(200);
    expect((await decide(server, talk.sessionId, approval)).problem.code).toBe("action-decided");
    await finishes(talk, follower);
    expect(await toolResult(server, talk.sessionId)).toMatchObject({ isError: false });
  });

  test("with a message that waits: it is taken up", async () => {
    const talk = await converse(server, [speech]);
    const follower = follow(server, talk.sessionId);
    await hears(follower, "token", 2);
    const body = { content: "And then this.", delivery: "queue" } as const;
    const sent = await server.call("sendMessage", { params: { ...talk }, body });
    await interrupt(signal);
    await server.start();
    await taskIn(server, sent.body.task.id, "completed");
    await finishes(talk, follower);
    expect(follower.state.messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "user",
      "assistant",
    ]);
  });
});

/** SIGTERM ends it with 0 in the grace period and a little; SIGKILL ends it. */
async function interrupt(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const ended = await server.end(signal);
  expect(ended).toMatchObject(signal === "SIGTERM" ? { code: 0, signal: null } : { code: null, signal });
  expect(existsSync(join(server.dataDir, "server.json"))).toBe(signal === "SIGKILL");
}

/** The task of before ends well, and who followed it all along knows what the server knows. */
async function finishes({ sessionId, taskId }: Conversation, follower: Follower): Promise<void> {
  await taskIn(server, taskId, "completed");
  await atRest(server, follower, sessionId);
  await expectSameAsStored(server, follower);
  expect(follower.gaps).toBe(0);
  await follower.stop();
}

async function hears({ events }: Follower, type: string, count: number): Promise<void> {
  await until(`${count} times ${type}`, () => events.filter((event) => event.type === type).length >= count);
}
