import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectProblem } from "../../support/claims.ts";
import { converse, decide, messagesOf } from "../../support/conversation.ts";
import { lookOn } from "../../support/replica/deploy.ts";
import { calls, says } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { pendingAction, taskIn, until } from "../../support/until.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

test("while another process holds the database: writes are told to come back, everything else goes on, and nothing is lost", async () => {
  const speech = { text: "Slowly said. ".repeat(60), tokensPerSecond: 15 };
  const talk = await converse(server, [speech]);
  const onlookers = lookOn(server, talk);
  const asking = await converse(server, [
    calls("bash", { command: "echo run >> runs.txt; cat runs.txt" }),
    says("Ran."),
  ]);
  const action = await pendingAction(server, asking.sessionId);
  const approval = { type: "approve", actionId: action.id } as const;
  await onlookers.hear("token", 3);

  const other = new Sqlite(join(server.dataDir, "chat_history.db"));
  other.exec("BEGIN IMMEDIATE");
  const refusals: (string | undefined)[] = [];
  let reads = 0;
  // A read that waited for the lock would never be answered: it is held until all of this has been.
  const look = async () => {
    for (; reads < 200 || refusals.length < 12; reads++)
      expect((await server.call("getServer")).status).toBe(200);
  };
  const write = async () => {
    while (refusals.length < 12) {
      const answers = [
        await server.call("createSession", { body: {}, headers: { "Idempotency-Key": "one-in-the-lock" } }),
        await decide(server, asking.sessionId, approval),
      ];
      for (const answer of answers) expectProblem(answer, "busy");
      refusals.push(...answers.map(({ headers }) => headers["retry-after"]));
    }
  };
  try {
    await Promise.all([look(), write()]);
    expect(await messagesOf(server, asking.sessionId)).toHaveLength(2);
  } finally {
    other.exec("ROLLBACK");
    other.close();
  }
  expect(new Set(refusals)).toEqual(new Set(["1"]));
  const { length } = onlookers.followers[0]?.events ?? [];
  await until("it speaks on by itself", () => (onlookers.followers[0]?.events.length ?? 0) > length);
  expect((await decide(server, asking.sessionId, approval)).status).toBe(200);
  const body = {};
  const headers = { "Idempotency-Key": "one-in-the-lock" };
  expect((await server.call("createSession", { body, headers })).status).toBe(201);
  await taskIn(server, asking.taskId, "completed");
  await onlookers.seeItDone();
  for (const { snapshots } of onlookers.followers) expect(snapshots, "connections").toBe(1);
  const [answer] = (await messagesOf(server, talk.sessionId)).slice(1);
  expect(answer?.content).toEqual([{ type: "text", text: speech.text }]);
});
