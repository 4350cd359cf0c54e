import { expect, test } from "vitest";
import { systemClock } from "../../../lib/ports/clock.ts";
import { allMessages, emptyState, type Event, reduce } from "../../../packages/shared/src/index.ts";
import { converse } from "../../support/conversation.ts";
import { atRest, expectOnceInOrder, expectSameAsStored, follow } from "../../support/clients/follower.ts";
import { calls, says } from "../../support/models/script.ts";
import { eventsOf, until } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer({ clock: systemClock });

const isDelta = ({ type }: Event) => ["token", "reasoning", "tool.output"].includes(type);
const deltasOf = async (sessionId: string) => (await eventsOf(server, sessionId)).filter(isDelta);

function shortened(sessionId: string): Promise<true> {
  return until(
    "the log is shortened",
    async () => {
      if ((await deltasOf(sessionId)).length === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return undefined;
    },
    { seen: async () => (await deltasOf(sessionId)).length },
  );
}

test("an answer of 10,000 tokens leaves no row of them, and whoever follows, from whenever on, has what is stored", async () => {
  const { sessionId } = await converse(server, [
    { reasoning: "Hm. ".repeat(100), tokens: 10_000, tokensPerSecond: 4000 },
  ]);
  const before = follow(server, sessionId);
  await atRest(server, before, sessionId);
  const whole = before.events;
  expect(whole.filter(isDelta).length).toBeGreaterThan(10); // How many it is depends on how busy the machine is.

  await shortened(sessionId);
  expect((await eventsOf(server, sessionId)).length).toBeLessThan(30);
  await expectSameAsStored(server, before);
  await before.stop(); // With the last reader the memory of recent events goes: all others are served from the log.

  const places = [0.1, 0.3, 0.5, 0.8]
    .map((part) => Math.floor(part * whole.length))
    .concat(whole.length - 2)
    .map((place) => whole[place]?.id);
  const cursors = [undefined, ...places];
  for (const [index, after] of cursors.entries()) {
    const over = index % 2 === 0 ? "sse" : "websocket";
    const follower = follow(server, sessionId, { over, ...(after === undefined ? {} : { after }) });
    await atRest(server, follower, sessionId);
    const rest = (await eventsOf(server, sessionId)).filter(({ id }) => id > (after ?? ""));
    expectOnceInOrder(follower.events, rest);
    expect(follower.events.filter(isDelta)).toEqual([]);
    expect(follower.gaps).toBe(0);
    // As for a client that was away meanwhile: what it had folded until then, and the rest.
    const known = whole.filter(({ id }) => id <= (after ?? ""));
    expect(allMessages([...known, ...rest].reduce(reduce, emptyState))).toEqual(allMessages(before.state));
    await follower.stop();
  }
});

test("what is missing without a reason is seen: a hole in the log, or an event that nobody heard", async () => {
  const { sessionId } = await converse(server, [says("Good day.")]);
  const follower = follow(server, sessionId);
  await atRest(server, follower, sessionId);
  const log = await eventsOf(server, sessionId);
  await follower.stop();
  const without = (events: readonly Event[], type: Event["type"]) =>
    events.filter((event) => event.type !== type);
  expectOnceInOrder(log, without(log, "token"));
  for (const type of ["usage", "task.updated", "message.final"] as const) {
    expect(() => expectOnceInOrder(without(log, type), log)).toThrow("to deeply equal");
    expect(() => expectOnceInOrder(log, without(log, type))).toThrow("to deeply equal");
  }
  expect(() => expectOnceInOrder(without(log, "usage"), without(log, "usage"))).toThrow("to deeply equal");
  expect(() => expectOnceInOrder([...log, ...log.slice(-1)], log)).toThrow("to deeply equal");
});

test("the live output of a command goes once its result is there, and a restart finds what is due", async () => {
  const { sessionId } = await converse(
    server,
    [calls("bash", { command: "for i in 1 2 3 4 5; do echo $i; sleep 0.1; done" }), says("Done.")],
    { settings: { autoApproveCommands: true } },
  );
  const follower = follow(server, sessionId);
  await atRest(server, follower, sessionId);
  expect(follower.events.filter(({ type }) => type === "tool.output").length).toBeGreaterThan(1);
  await follower.stop();
  await server.restart();
  expect((await deltasOf(sessionId)).length).toBeGreaterThan(1);
  await shortened(sessionId);
});
