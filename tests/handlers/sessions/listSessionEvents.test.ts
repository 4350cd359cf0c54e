import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId, walkPages } from "../../support/claims.ts";
import { converse, createSession } from "../../support/conversation.ts";
import { calls, says } from "../../support/models/script.ts";
import { openTestStream } from "../../support/clients/stream.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const page = (sessionId: string, query: Record<string, unknown> = {}) =>
  server.call("listSessionEvents", { params: { sessionId }, query });

async function finished(): Promise<string> {
  const { sessionId, taskId } = await converse(server, [
    calls("listFiles", { directory_path: "." }),
    says("That is all."),
  ]);
  await taskIn(server, taskId, "completed");
  return sessionId;
}

test("listSessionEvents pages through the very log that the stream replays", async () => {
  const sessionId = await finished();
  const whole = (await page(sessionId, { limit: 200 })).body;
  expect(whole).toMatchObject({ nextCursor: null, gap: null });
  expect(await walkPages((query) => page(sessionId, query), 3)).toEqual(whole.items);
  const stream = await openTestStream(server, sessionId);
  await stream.waitFor("the last event", (frame) => "id" in frame && frame.id === whole.items.at(-1)?.id);
  expect(stream.frames.slice(1)).toEqual(whole.items);
  stream.close();
});

test("a page begins after its cursor, whichever event that is", async () => {
  const sessionId = await finished();
  const { items } = (await page(sessionId)).body;
  for (const [place, { id }] of items.entries())
    expect((await page(sessionId, { cursor: id })).body).toMatchObject({
      items: items.slice(place + 1),
      nextCursor: null,
    });
});

test("a cursor the log cannot serve gets a gap that names the reason", async () => {
  const sessionId = await finished();
  for (const [cursor, reason] of [
    ["evt_0001_9999999999", "future"],
    ["evt_0077_0000000001", "generation"],
  ])
    expect((await page(sessionId, { cursor })).body.gap).toMatchObject({ reason });
});

test("listSessionEvents refuses what is not of the contract", async () => {
  const { id } = await createSession(server);
  for (const query of [
    { cursor: "latest" },
    { cursor: "evt_1_1" },
    { limit: 0 },
    { limit: 201 },
    { after: 1 },
  ])
    expectProblem(await page(id, query), "invalid-request");
  expectProblem(await page(unknownId("ses")), "not-found");
});

test("listSessionEvents is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  await expectRefusesStrangers(server, "listSessionEvents", {
    request: { params: { sessionId } },
    state: async () => null,
  });
});
