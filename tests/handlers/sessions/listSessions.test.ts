import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, walkPages } from "../../support/claims.ts";
import { converse, createSession } from "../../support/conversation.ts";
import { calls, says } from "../../support/models/script.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const list = (query: Record<string, unknown>) => server.call("listSessions", { query });
const ids = async (query: Record<string, unknown>) => (await list(query)).body.items.map(({ id }) => id);

test("listSessions walks all sessions, newest first, each once", async () => {
  const made: string[] = [];
  for (let count = 0; count < 5; count++) made.push((await createSession(server)).id);
  const walked = await walkPages((query) => list(query));
  expect(walked.map(({ id }) => id)).toEqual([...made].reverse());
});

test("listSessions of one full page has no next one", async () => {
  const total = (await ids({ limit: 200 })).length;
  expect((await list({ limit: total })).body.nextCursor).toBeNull();
  expect((await list({ limit: total - 1 })).body.nextCursor).not.toBeNull();
});

test("listSessions finds by status", async () => {
  const busy = await converse(server, [calls("bash", { command: "true" })]);
  await taskIn(server, busy.taskId, "waiting");
  expect(await ids({ status: "waiting" })).toEqual([busy.sessionId]);
  expect(await ids({ status: "idle" })).not.toContain(busy.sessionId);
  expect(await ids({ status: "running" })).toEqual([]);
});

test("listSessions finds by workspace", async () => {
  const { id, workspaceId } = await createSession(server);
  expect(await ids({ workspaceId })).toEqual([id]);
});

test("listSessions shows archived sessions only when asked for them", async () => {
  const { id } = await createSession(server);
  await server.call("updateSession", { params: { sessionId: id }, body: { archived: true } });
  expect(await ids({ archived: true })).toEqual([id]);
  expect(await ids({ limit: 200 })).not.toContain(id);
});

test("listSessions searches titles and messages in any case, and takes no sign for a wildcard", async () => {
  const titled = await createSession(server, { title: "The 100% Ünique_title" });
  const { sessionId, taskId } = await converse(server, [says("A pangram: sphinx of black quartz.")], {
    title: "T",
  });
  await taskIn(server, taskId, "completed");
  expect(await ids({ search: "100% ü" })).toEqual([titled.id]);
  expect(await ids({ search: "UNIQUE_TITLE" })).toEqual([]);
  expect(await ids({ search: "NIQUE_T" })).toEqual([titled.id]);
  expect(await ids({ search: "SPHINX of Black" })).toEqual([sessionId]);
  expect(await ids({ search: "1_0" })).toEqual([]);
  expect(await ids({ search: "' OR 1=1 --" })).toEqual([]);
});

test("listSessions refuses queries that are not of the contract", async () => {
  const wrong = [
    { limit: 0 },
    { limit: 201 },
    { limit: "ten" },
    { status: "asleep" },
    { cursor: "1" },
    { sort: "id" },
  ];
  for (const query of [...wrong, { archived: "maybe" }, { search: "" }])
    expectProblem(await list(query), "invalid-request");
});

test("listSessions is for key holders only", async () => {
  await expectRefusesStrangers(server, "listSessions", { state: async () => null });
});
