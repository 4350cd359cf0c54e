import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Schemas } from "../../../../packages/shared/src/index.ts";
import { expectProblem } from "../../../support/claims.ts";
import { converse, decide, say, toolResult, toolResults } from "../../../support/conversation.ts";
import { calls, says } from "../../../support/models/script.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { eventsOf, pendingAction, taskIn } from "../../../support/until.ts";
import { scratch } from "../../../support/workspaces.ts";

const plain = useTestServer({ env: { TALKCODY_PERMISSION_MODE: "" } });
const server = useTestServer();
const off = useTestServer({ config: { sandbox: "off" } });

const steps = [calls("bash", { command: "touch ran" }), says("End.")];
const hasRun = (folder: string) => existsSync(join(folder, "ran"));

test("on a new server edits and commands run without a question, and a push asks", async () => {
  const { workspaceId, folder } = await scratch(plain);
  const write = calls("writeFile", { file_path: "a.txt", content: "new\n" });
  const { sessionId, taskId } = await converse(plain, [write, ...steps], { workspaceId });
  await taskIn(plain, taskId, "completed");
  expect((await eventsOf(plain, sessionId)).some(({ type }) => type === "action.required")).toBe(false);
  expect([hasRun(folder), existsSync(join(folder, "a.txt"))]).toEqual([true, true]);
  const pushing = await say(plain, sessionId, [calls("bash", { command: "env git -C . push" })]);
  await taskIn(plain, pushing.task.id, "waiting");
  expect((await pendingAction(plain, sessionId)).reason).toContain("git push");
});

test("the mode of the task goes before that of the session, and that before the global one", async () => {
  const { workspaceId, folder } = await scratch(plain);
  await plain.call("updateSettings", { body: { settings: { permissionMode: "ask" } } });
  const asked = await converse(plain, steps, { workspaceId });
  await taskIn(plain, asked.taskId, "waiting");
  const settings = { permissionMode: "read-only" as const };
  const refused = await converse(plain, steps, { workspaceId, settings });
  await taskIn(plain, refused.taskId, "completed");
  const { output, isError } = await toolResult(plain, refused.sessionId);
  expect([isError, hasRun(folder)]).toEqual([true, false]);
  expect(output.message).toContain("read-only");
  const { task } = await say(plain, refused.sessionId, steps, { settings: { permissionMode: "full" } });
  await taskIn(plain, task.id, "completed");
  expect(hasRun(folder)).toBe(true);
  const { body } = await plain.call("updateSettings", { body: { settings: { permissionMode: null } } });
  expect([body.settings.permissionMode, body.defaults.permissionMode]).toEqual([undefined, "sandboxed"]);
});

test("the mode of the host holds where no setting says another", async () => {
  const { body } = await server.call("getSettings");
  expect([body.settings.permissionMode, body.defaults.permissionMode]).toEqual([undefined, "ask"]);
  const { taskId } = await converse(server, steps);
  await taskIn(server, taskId, "waiting");
});

test("a mode that does not exist is refused", async () => {
  const permissionMode = "yolo" as Schemas["PermissionMode"];
  expectProblem(
    await server.call("updateSettings", { body: { settings: { permissionMode } } }),
    "invalid-request",
  );
});

test("a mode changed while an action waits counts for what is approved then", async () => {
  const { workspaceId, folder } = await scratch(server);
  const { sessionId, taskId } = await converse(server, steps, { workspaceId });
  const { id: actionId } = await pendingAction(server, sessionId);
  const body = { settings: { permissionMode: "read-only" as const } };
  await server.call("updateSession", { params: { sessionId }, body });
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  expect([(await toolResult(server, sessionId)).isError, hasRun(folder)]).toEqual([true, false]);
});

test("while the sandbox is off every command asks, whatever rules and settings say", async () => {
  const settings = {
    permissionMode: "full" as const,
    autoApproveCommands: true,
    permissions: [{ tool: "*", pattern: "*", decision: "allow" as const }],
  };
  const { sessionId, taskId } = await converse(off, [...steps.slice(0, 1), ...steps], { settings });
  const first = await pendingAction(off, sessionId);
  const forSession = { type: "approve", actionId: first.id, scope: "session" } as const;
  expectProblem(await decide(off, sessionId, forSession), "action-mismatch");
  await decide(off, sessionId, { type: "approve", actionId: first.id });
  const second = await pendingAction(off, sessionId);
  expect(second.id).not.toBe(first.id);
  await decide(off, sessionId, { type: "approve", actionId: second.id });
  await taskIn(off, taskId, "completed");
  expect((await toolResults(off, sessionId)).map(({ isError }) => isError)).toEqual([false, false]);
});
