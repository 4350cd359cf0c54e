import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId, walkPages } from "../../support/claims.ts";
import { converse, createSession, decide } from "../../support/conversation.ts";
import { asks, calls } from "../../support/models/script.ts";
import { pendingAction } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const list = (sessionId: string, query = {}) =>
  server.call("listSessionActions", { params: { sessionId }, query });

test("listSessionActions shows what the session waits for, and not what others wait for", async () => {
  const mine = await converse(server, [calls("writeFile", { file_path: "a.txt", content: "A\n" })]);
  const other = await converse(server, [asks()]);
  const action = await pendingAction(server, mine.sessionId);
  await pendingAction(server, other.sessionId);
  const { status, body } = await list(mine.sessionId);
  expect(status).toBe(200);
  expect(body).toEqual({ items: [action], nextCursor: null });
  expect(action).toMatchObject({
    type: "approval",
    toolName: "writeFile",
    state: "pending",
    resolvedAt: null,
  });
  expect(action.preview).toContain("+A");
});

test("listSessionActions forgets what was decided", async () => {
  const { sessionId } = await converse(server, [asks()]);
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "reject", actionId });
  expect((await list(sessionId)).body.items).toEqual([]);
});

test("listSessionActions has one page for one action", async () => {
  const { sessionId } = await converse(server, [asks()]);
  await pendingAction(server, sessionId);
  expect(await walkPages((query) => list(sessionId, query), 1)).toHaveLength(1);
});

test("listSessionActions refuses sessions and queries it does not know", async () => {
  const { id } = await createSession(server);
  expectProblem(await list(unknownId("ses")), "not-found");
  for (const query of [{ limit: 0 }, { cursor: "x" }, { state: "approved" }])
    expectProblem(await list(id, query), "invalid-request");
});

test("listSessionActions is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  await expectRefusesStrangers(server, "listSessionActions", {
    request: { params: { sessionId } },
    state: async () => null,
  });
});
