import { expect, onTestFinished, test } from "vitest";
import { converse } from "../../../support/conversation.ts";
import { asks, calls, type Step } from "../../../support/models/script.ts";
import { startTestServer, type TestServer } from "../../../support/server/server.ts";
import { limitMs } from "../../../support/time/limit.ts";
import { eventsOf, pendingAction, until } from "../../../support/until.ts";

/** A stop that waited for the task would not come to its end within the test. */
const graceMs = 100 * limitMs;

test.each<[string, Step]>([
  ["an approval", calls("bash", { command: "true" })],
  ["an answer", asks()],
])("a stop does not wait for a task that waits for %s, and does all that a stop does", async (_, step) => {
  const server = await startTestServer({ config: { gracePeriodMs: graceMs } });
  onTestFinished(() => server.stop());
  const talk = await converse(server, [step]);
  const action = await pendingAction(server, talk.sessionId);
  await server.restart();
  expect(await pendingAction(server, talk.sessionId)).toEqual(action);
});

test("a stop does not wait until a provider may be asked again; the next run asks it at once", async () => {
  const server = await startTestServer({ config: { gracePeriodMs: graceMs } });
  onTestFinished(() => server.stop());
  const fail = { failure: "rate-limited", retryAfterMs: 60_000 } as const;
  const talk = await converse(server, [{ fail }]);
  await refusals(server, talk.sessionId, 1);
  await server.restart();
  await expect(refusals(server, talk.sessionId, 2)).resolves.toBeUndefined();
});

/** How often the status said that the model is asked again in a minute. */
async function refusals(server: TestServer, sessionId: string, count: number): Promise<void> {
  const told = async () =>
    (await eventsOf(server, sessionId)).filter(
      ({ type, data }) => type === "status" && JSON.stringify(data).includes("again in 60 s"),
    );
  await until(`${count} refusals`, async () => (await told()).length === count);
}
