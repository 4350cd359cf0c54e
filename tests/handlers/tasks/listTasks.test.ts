import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId, walkPages } from "../../support/claims.ts";
import { converse, say } from "../../support/conversation.ts";
import { asks, says } from "../../support/models/script.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const list = (query: Record<string, unknown> = {}) => server.call("listTasks", { query });
const ids = async (query: Record<string, unknown>) => (await list(query)).body.items.map(({ id }) => id);

test("listTasks walks all tasks, newest first, each once", async () => {
  const made: string[] = [];
  const first = await converse(server, [says("1")]);
  made.push(first.taskId);
  for (const text of ["2", "3", "4"]) {
    await taskIn(server, made.at(-1) ?? "", "completed");
    made.push((await say(server, first.sessionId, [says(text)])).task.id);
  }
  const walked = await walkPages((query) => list(query));
  expect(walked.map(({ id }) => id)).toEqual(made.reverse());
});

test("listTasks finds by session and by state", async () => {
  const { sessionId, taskId } = await converse(server, [asks()]);
  await taskIn(server, taskId, "waiting");
  expect(await ids({ sessionId })).toEqual([taskId]);
  expect(await ids({ state: "waiting" })).toEqual([taskId]);
  expect(await ids({ state: "waiting", sessionId: unknownId("ses") })).toEqual([]);
  expect(await ids({ state: "failed" })).toEqual([]);
});

test("listTasks refuses queries that are not of the contract", async () => {
  for (const query of [
    { limit: 0 },
    { state: "asleep" },
    { sessionId: "1" },
    { cursor: "1" },
    { order: "asc" },
  ])
    expectProblem(await list(query), "invalid-request");
});

test("listTasks is for key holders only", async () => {
  await expectRefusesStrangers(server, "listTasks", { state: async () => null });
});
