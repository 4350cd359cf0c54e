import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { converse, messagesOf } from "../../support/conversation.ts";
import { follow } from "../../support/clients/follower.ts";
import { startServerProcess } from "../../support/server/server-process.ts";
import { taskIn, until } from "../../support/until.ts";

/** As long as the server waits for the lock, and some deltas come that cannot be written. */
const lockMs = 600;

test("a server that is stopped while nothing can be written ends with 0, and the next one says it all", async () => {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  const speech = { text: "Slowly said. ".repeat(20), tokensPerSecond: 50 };
  const talk = await converse(server, [speech]);
  const follower = follow(server, talk.sessionId);
  await until("it speaks", () => follower.events.some(({ type }) => type === "token"));
  const other = new Sqlite(join(server.dataDir, "chat_history.db"));
  other.exec("BEGIN IMMEDIATE");
  await pause(lockMs);
  const ended = await server.end("SIGTERM");
  other.exec("ROLLBACK");
  other.close();
  expect(ended.code).toBe(0);
  await server.start();
  await taskIn(server, talk.taskId, "completed");
  const [answer] = (await messagesOf(server, talk.sessionId)).slice(1);
  expect(answer?.content).toEqual([{ type: "text", text: speech.text }]);
});
