import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { createSession } from "../../support/conversation.ts";
import { eventsOf } from "../../support/until.ts";
import { scriptModel } from "../../support/models/script.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const update = (sessionId: string, body: unknown) =>
  server.call("updateSession", { params: { sessionId }, body });
const read = async (sessionId: string) => (await server.call("getSession", { params: { sessionId } })).body;

test("updateSession merges settings and never drops the rest", async () => {
  const permissions = [{ tool: "bash", pattern: "ls*", decision: "allow" as const }];
  const { id } = await createSession(server, {
    settings: { autoApproveEdits: true, stepsMax: 9, permissions },
  });
  const { status, body } = await update(id, { settings: { planMode: true, stepsMax: 3 } });
  expect(status).toBe(200);
  expect(body.settings).toEqual({
    autoApproveEdits: true,
    stepsMax: 3,
    permissions,
    planMode: true,
    model: scriptModel,
  });
  expect(await read(id)).toEqual(body);
});

test("updateSession gives a setting back to the global value with null", async () => {
  const { id } = await createSession(server, { settings: { autoApproveEdits: true, stepsMax: 9 } });
  const { body } = await update(id, { settings: { stepsMax: null }, model: null });
  expect(body.settings).toEqual({ autoApproveEdits: true });
  expect(body.model).toBeNull();
});

test("updateSession changes the title and nothing else", async () => {
  const session = await createSession(server, { settings: { planMode: true } });
  const { body } = await update(session.id, { title: "New" });
  const { updatedAt, lastEventId } = body;
  expect(body).toEqual({ ...session, title: "New", updatedAt, lastEventId });
});

test("updateSession archives and brings back", async () => {
  const { id } = await createSession(server);
  expect((await update(id, { archived: true })).body.archivedAt).not.toBeNull();
  expect((await update(id, { archived: false })).body.archivedAt).toBeNull();
});

test("updateSession tells everyone who listens, with the id of that event", async () => {
  const { id } = await createSession(server);
  const { body } = await update(id, { title: "Told" });
  const last = (await eventsOf(server, id)).at(-1);
  expect(last).toMatchObject({ id: body.lastEventId, type: "session.updated", data: { session: body } });
});

test("updateSession refuses models nobody configured, and keeps the old one", async () => {
  const { id } = await createSession(server);
  expectProblem(await update(id, { model: "gpt@nowhere", title: "No" }), "model-not-configured");
  expectProblem(await update(id, { settings: { model: "gpt@nowhere" } }), "model-not-configured");
  expect(await read(id)).toMatchObject({ model: scriptModel, title: "New session" });
});

test("updateSession refuses what is not of the contract", async () => {
  const { id } = await createSession(server);
  const wrong = [
    {},
    { title: "" },
    { title: null },
    { status: "idle" },
    { settings: { unknown: 1 } },
    { archived: "yes" },
  ];
  for (const body of wrong) expectProblem(await update(id, body), "invalid-request");
  expectProblem(await update(unknownId("ses"), { title: "No" }), "not-found");
});

test("updateSession works once for each idempotency key", async () => {
  const { id: sessionId } = await createSession(server);
  await expectWorksOnce(server, "updateSession", {
    request: { params: { sessionId }, body: { title: "Once" } },
    other: { params: { sessionId }, body: { title: "Twice" } },
    effects: async () =>
      (await eventsOf(server, sessionId)).filter(({ type }) => type === "session.updated").length,
  });
});

test("updateSession is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  const request = { params: { sessionId }, body: { title: "Stolen" } };
  await expectRefusesStrangers(server, "updateSession", { request, state: () => read(sessionId) });
});
