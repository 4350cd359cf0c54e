import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { converse, createSession } from "../../support/conversation.ts";
import { asks, says } from "../../support/models/script.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const remove = (sessionId: string) => server.call("deleteSession", { params: { sessionId } });

test("deleteSession takes the session with its tasks and messages, and leaves the workspace", async () => {
  const { sessionId, taskId } = await converse(server, [says("Bye.")]);
  await taskIn(server, taskId, "completed");
  const { workspaceId } = (await server.call("getSession", { params: { sessionId } })).body;
  expect((await remove(sessionId)).status).toBe(204);
  expectProblem(await server.call("getSession", { params: { sessionId } }), "not-found");
  expectProblem(await server.call("listMessages", { params: { sessionId } }), "not-found");
  expectProblem(await server.call("getTask", { params: { taskId } }), "not-found");
  expect((await server.call("getWorkspace", { params: { workspaceId } })).status).toBe(200);
});

test("deleteSession a second time finds nothing", async () => {
  const { id } = await createSession(server);
  await remove(id);
  expectProblem(await remove(id), "not-found");
});

test("deleteSession refuses while a task runs, and works once that is cancelled", async () => {
  const { sessionId, taskId } = await converse(server, [asks()]);
  await taskIn(server, taskId, "waiting");
  expectProblem(await remove(sessionId), "session-busy");
  await server.call("updateTask", { params: { taskId }, body: { state: "cancelled" } });
  expect((await remove(sessionId)).status).toBe(204);
});

test("deleteSession refuses ids it does not know", async () => {
  expectProblem(await remove(unknownId("ses")), "not-found");
  expectProblem(await remove("everything"), "invalid-request");
});

test("deleteSession is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  const state = async () => (await server.call("getSession", { params: { sessionId } })).body;
  await expectRefusesStrangers(server, "deleteSession", { request: { params: { sessionId } }, state });
});
