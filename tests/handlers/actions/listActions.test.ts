import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, walkPages } from "../../support/claims.ts";
import { converse, decide } from "../../support/conversation.ts";
import { asks } from "../../support/models/script.ts";
import { pendingAction } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const list = (query = {}) => server.call("listActions", { query });

test("listActions walks what all sessions wait for, oldest first, each once", async () => {
  const waiting = [];
  for (let count = 0; count < 5; count++) {
    const { sessionId } = await converse(server, [asks()]);
    waiting.push({ sessionId, actionId: (await pendingAction(server, sessionId)).id });
  }
  const walked = await walkPages((query) => list(query));
  expect(walked.map(({ id }) => id)).toEqual(waiting.map(({ actionId }) => actionId));
  const [first] = waiting;
  await decide(server, first?.sessionId ?? "", { type: "reject", actionId: first?.actionId ?? "" });
  const left = (await list()).body.items.map(({ id }) => id);
  expect(left).toEqual(waiting.slice(1).map(({ actionId }) => actionId));
});

test("listActions refuses queries that are not of the contract", async () => {
  for (const query of [{ limit: 0 }, { cursor: "tsk_1" }, { state: "pending" }])
    expectProblem(await list(query), "invalid-request");
});

test("listActions is for key holders only", async () => {
  await expectRefusesStrangers(server, "listActions", { state: async () => null });
});
