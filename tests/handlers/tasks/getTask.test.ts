import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { converse } from "../../support/conversation.ts";
import { says } from "../../support/models/script.ts";
import { taskEnded, taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const get = (taskId: string) => server.call("getTask", { params: { taskId } });

test("getTask tells how a task went", async () => {
  const { sessionId, taskId } = await converse(server, [says("Done.")]);
  await taskIn(server, taskId, "completed");
  const { status, body } = await get(taskId);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: taskId, sessionId, state: "completed", error: null, steps: 1 });
  expect(body.usage.outputTokens).toBeGreaterThan(0);
  expect([body.createdAt, body.startedAt, body.endedAt]).toEqual(
    [body.createdAt, body.startedAt, body.endedAt].sort(),
  );
});

test("getTask tells why a task failed", async () => {
  const { taskId } = await converse(server, [{ fail: { failure: "refused", message: "No credit." } }]);
  const { state, error } = await taskEnded(server, taskId);
  expect(state).toBe("failed");
  expect(error).toMatchObject({ code: "model-refused", instance: `/v1/tasks/${taskId}` });
  expect(error?.detail).toContain("No credit.");
});

test("getTask finds no task that is not there", async () => {
  expectProblem(await get(unknownId("tsk")), "not-found");
  expectProblem(await get(unknownId("ses")), "invalid-request");
});

test("getTask is for key holders only", async () => {
  const { taskId } = await converse(server, [says("Secret.")]);
  await expectRefusesStrangers(server, "getTask", {
    request: { params: { taskId } },
    state: async () => null,
  });
});
