import { expect, onTestFinished, test } from "vitest";
import { converse, say } from "../../../support/conversation.ts";
import { handClock } from "../../../support/time/hand-clock.ts";
import { says } from "../../../support/models/script.ts";
import { startTestServer } from "../../../support/server/server.ts";
import { eventsOf, taskIn, until } from "../../../support/until.ts";

/** The maintenance waits for it between an event that makes others void and their removal. */
const settleMs = 5000;

async function start() {
  const clock = handClock();
  const server = await startTestServer({ clock });
  onTestFinished(() => server.stop());
  const deltas = async (sessionId: string) =>
    (await eventsOf(server, sessionId)).filter(({ type }) => type === "token").length;
  const answered = async (already?: string) => {
    const script = [says("All of this was said.")];
    const { sessionId, taskId } = already
      ? { sessionId: already, taskId: (await say(server, already, script)).task.id }
      : await converse(server, script);
    await taskIn(server, taskId, "completed");
    return sessionId;
  };
  /** As much time passes, and what it wakes has done its work. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      const sleeping = clock.sleeping;
      clock.passBy(500);
      await until("all sleep again", () => clock.sleeping >= sleeping);
    }
  };
  return { deltas, answered, pass };
}

test("the deltas of an answer stay for five seconds, however long the maintenance has been waiting already", async () => {
  const { deltas, answered, pass } = await start();
  const first = await answered();
  await pass(settleMs - 500);
  const second = await answered();
  await pass(settleMs - 500);
  expect(await deltas(second)).toBeGreaterThan(0);
  await pass(settleMs);
  for (const sessionId of [first, second])
    await until("the log is shortened", async () => (await deltas(sessionId)) === 0);
});

test("the deltas of a second answer in the same session stay for five seconds as well", async () => {
  const { deltas, answered, pass } = await start();
  const sessionId = await answered();
  await pass(settleMs - 500);
  await answered(sessionId);
  const all = await deltas(sessionId);
  await pass(settleMs - 500);
  expect(await deltas(sessionId)).toBe(all / 2);
  await pass(settleMs);
  await until("the log is shortened", async () => (await deltas(sessionId)) === 0);
});
