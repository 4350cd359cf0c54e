import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { converse, createSession } from "../../support/conversation.ts";
import { asks, says } from "../../support/models/script.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const get = (sessionId: string) => server.call("getSession", { params: { sessionId } });

test("getSession reads what was created", async () => {
  const session = await createSession(server, { title: "Read me" });
  const { status, body } = await get(session.id);
  expect(status).toBe(200);
  expect(body).toEqual(session);
});

test("getSession tells status, active task and usage as they are", async () => {
  const { sessionId, taskId } = await converse(server, [asks(), says("Thanks.")]);
  await taskIn(server, taskId, "waiting");
  const waiting = (await get(sessionId)).body;
  expect(waiting).toMatchObject({ status: "waiting", activeTask: { id: taskId, state: "waiting" } });
  await server.call("updateTask", { params: { taskId }, body: { state: "cancelled" } });
  const idle = (await get(sessionId)).body;
  expect(idle).toMatchObject({ status: "idle", activeTask: null });
  expect(idle.usage.inputTokens).toBeGreaterThan(0);
  expect(idle.lastEventId > waiting.lastEventId).toBe(true);
});

test("getSession finds no session that is not there", async () => {
  expectProblem(await get(unknownId("ses")), "not-found");
});

test("getSession refuses what is no session id", async () => {
  for (const id of ["1", "tsk_77777777777777777777777777", "ses_..%2f..", "%00"])
    expectProblem(await get(id), "invalid-request");
});

test("getSession is for key holders only, and tells others not even whether it exists", async () => {
  const { id } = await createSession(server);
  for (const sessionId of [id, unknownId("ses")])
    await expectRefusesStrangers(server, "getSession", {
      request: { params: { sessionId } },
      state: async () => null,
    });
});
