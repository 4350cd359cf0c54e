import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, decide, messagesOf, say, toolResult, toolResults } from "../../../support/conversation.ts";
import { expectProblem } from "../../../support/claims.ts";
import { asks, calls, callsAll, says } from "../../../support/models/script.ts";
import { eventsOf, eventWhere, pendingAction, taskIn, until } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { cloned, scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const short = useTestServer({ config: { actionTimeoutMs: 150 } });
const write = (content = "new\n") => calls("writeFile", { file_path: "a.txt", content });
const edit = (from: string, to: string) =>
  calls("editFile", { file_path: "README.md", edits: [{ old_string: from, new_string: to }] });

/** The decision that `short` asked for, whether or not it has expired already. */
async function askedFor(sessionId: string): Promise<string> {
  const event = await eventWhere(short, sessionId, ({ type }) => type === "action.required");
  return event.type === "action.required" ? event.data.action.id : "";
}

test("of twenty who decide at once, one decides and the others hear so", async () => {
  const { workspaceId, folder } = await scratch(server);
  const { sessionId, taskId } = await converse(
    server,
    [calls("bash", { command: "echo x >> ran" }), says("End.")],
    { workspaceId },
  );
  const { id: actionId } = await pendingAction(server, sessionId);
  const type = (racer: number) => (racer % 2 === 0 ? ("approve" as const) : ("reject" as const));
  const racing = Array.from({ length: 20 }, (_, racer) =>
    decide(server, sessionId, { type: type(racer), actionId }),
  );
  const statuses = (await Promise.all(racing)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
  await taskIn(server, taskId, "completed");
  const resolved = (await eventsOf(server, sessionId)).filter((event) => event.type === "action.resolved");
  expect(resolved).toHaveLength(1);
  const wasApproved = resolved[0]?.type === "action.resolved" && resolved[0].data.action.state === "approved";
  const effects = existsSync(join(folder, "ran")) ? readFileSync(join(folder, "ran"), "utf8") : "";
  expect(effects).toBe(wasApproved ? "x\n" : "");
});

test("an approved edit is made, and its preview said what it would be", async () => {
  const { workspaceId, folder } = await cloned(server);
  const { sessionId, taskId } = await converse(server, [edit("# Sample", "# Better"), says("End.")], {
    workspaceId,
  });
  const action = await pendingAction(server, sessionId);
  expect(action.preview).toContain("-# Sample\n+# Better\n");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("# Sample\n");
  await decide(server, sessionId, { type: "approve", actionId: action.id });
  await taskIn(server, taskId, "completed");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("# Better\n");
});

test("an approval holds for what was shown: a file that changed since is not touched", async () => {
  const { workspaceId, folder } = await cloned(server);
  for (const step of [
    edit("# Sample", "# Better"),
    calls("writeFile", { file_path: "README.md", content: "all new" }),
  ]) {
    writeFileSync(join(folder, "README.md"), "# Sample\n");
    const { sessionId, taskId } = await converse(server, [step, says("End.")], { workspaceId });
    const { id: actionId } = await pendingAction(server, sessionId);
    writeFileSync(join(folder, "README.md"), "# Sample\nsomebody else's line\n");
    await decide(server, sessionId, { type: "approve", actionId });
    await taskIn(server, taskId, "completed");
    expect(await toolResult(server, sessionId)).toMatchObject({ isError: true });
    expect((await toolResult(server, sessionId)).output.message).toContain("changed");
    expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("# Sample\nsomebody else's line\n");
  }
});

test("an edit that cannot work is answered at once, and nobody is asked", async () => {
  const { workspaceId } = await cloned(server);
  const { sessionId, taskId } = await converse(server, [edit("not in there", "x"), says("End.")], {
    workspaceId,
  });
  await taskIn(server, taskId, "completed");
  expect(await toolResult(server, sessionId)).toMatchObject({ isError: true });
  expect((await eventsOf(server, sessionId)).some(({ type }) => type === "action.required")).toBe(false);
});

test("an edit cannot be approved with another input, for it was shown as it is", async () => {
  const { sessionId } = await converse(server, [write()]);
  const { id: actionId } = await pendingAction(server, sessionId);
  const input = { file_path: "b.txt", content: "other" };
  expectProblem(await decide(server, sessionId, { type: "approve", actionId, input }), "action-mismatch");
});

test("a command changed into a forbidden one is not run", async () => {
  const permissions = [{ tool: "bash", pattern: "touch *", decision: "deny" as const }];
  const { workspaceId, folder } = await scratch(server);
  const settings = { permissions };
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "ls" }), says("End.")], {
    workspaceId,
    settings,
  });
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "approve", actionId, input: { command: "touch x" } });
  await taskIn(server, taskId, "completed");
  expect(await toolResult(server, sessionId)).toMatchObject({ isError: true });
  expect(existsSync(join(folder, "x"))).toBe(false);
});

test("a rule made while the action waited still forbids what is then approved", async () => {
  const { workspaceId, folder } = await scratch(server);
  const { sessionId, taskId } = await converse(
    server,
    [calls("bash", { command: "touch x" }), says("End.")],
    { workspaceId },
  );
  const { id: actionId } = await pendingAction(server, sessionId);
  const permissions = [{ tool: "bash", pattern: "touch *", decision: "deny" }];
  await server.call("updateSession", { params: { sessionId }, body: { settings: { permissions } } });
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  expect(existsSync(join(folder, "x"))).toBe(false);
});

test("a decision nobody takes in time executes nothing, and cannot be taken later", async () => {
  const { workspaceId, folder } = await scratch(short);
  const { sessionId, taskId } = await converse(short, [write(), says("Then not.")], { workspaceId });
  const actionId = await askedFor(sessionId);
  await taskIn(short, taskId, "completed");
  expect(await toolResult(short, sessionId)).toMatchObject({
    isError: true,
    output: { message: expect.stringContaining("in time") },
  });
  expectProblem(await decide(short, sessionId, { type: "approve", actionId }), "action-decided");
  expect(existsSync(join(folder, "a.txt"))).toBe(false);
  const resolved = (await eventsOf(short, sessionId)).find(({ type }) => type === "action.resolved");
  expect(resolved).toMatchObject({
    data: { action: { id: actionId, state: "expired", resolvedBy: "expiry" } },
  });
});

test("a decision that expired while the server was down is not offered again", async () => {
  const { sessionId, taskId } = await converse(short, [asks(), says("Then not.")]);
  await askedFor(sessionId);
  await short.restart();
  await until("it has expired", async () => (await short.call("listActions")).body.items.length === 0);
  expect((await taskIn(short, taskId, "completed")).error).toBeNull();
});

test("an approval for the session lets the very same command pass, and no other", async () => {
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "echo *" }), says("End.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "approve", actionId, scope: "session" });
  await taskIn(server, taskId, "completed");
  const same = await say(server, sessionId, [calls("bash", { command: "echo *" }), says("End.")]);
  await taskIn(server, same.task.id, "completed");
  const other = await say(server, sessionId, [calls("bash", { command: "echo anything" }), says("End.")]);
  await taskIn(server, other.task.id, "waiting");
  expect((await pendingAction(server, sessionId)).input).toEqual({ command: "echo anything" });
});

test("a command that was changed and approved for the session does not let the one that was not approved pass", async () => {
  const [unwanted, wanted] = ["echo unwanted", "echo wanted"];
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: unwanted }), says("End.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, {
    type: "approve",
    actionId,
    scope: "session",
    input: { command: wanted },
  });
  await taskIn(server, taskId, "completed");
  const again = await say(server, sessionId, [
    calls("bash", { command: wanted }),
    calls("bash", { command: unwanted }),
  ]);
  await taskIn(server, again.task.id, "waiting");
  expect((await pendingAction(server, sessionId)).input).toEqual({ command: unwanted });
  expect((await toolResults(server, sessionId)).map(({ output }) => output)).toMatchObject([
    { output: "wanted\n" },
    { output: "wanted\n" },
  ]);
});

test("an approval of an edit for the session lets its edits pass, and leaves other sessions alone", async () => {
  const { sessionId, taskId } = await converse(server, [write("1"), write("2"), says("End.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "approve", actionId, scope: "session" });
  await taskIn(server, taskId, "completed");
  const { body } = await server.call("getSession", { params: { sessionId } });
  expect(body.settings.autoApproveEdits).toBe(true);
  const other = await converse(server, [write()]);
  await taskIn(server, other.taskId, "waiting");
});

test("a refused decision for the session changes no setting", async () => {
  const { sessionId } = await converse(server, [asks()]);
  const { id: actionId } = await pendingAction(server, sessionId);
  expectProblem(
    await decide(server, sessionId, { type: "approve", actionId, scope: "session" }),
    "action-mismatch",
  );
  expect(
    (await server.call("getSession", { params: { sessionId } })).body.settings.permissions,
  ).toBeUndefined();
});

test("each call of a batch is asked for itself", async () => {
  const { workspaceId, folder } = await scratch(server);
  const step = callsAll(
    ["bash", { command: "touch one" }],
    ["bash", { command: "touch two" }],
    ["bash", { command: "touch three" }],
  );
  const { sessionId, taskId } = await converse(server, [step, says("End.")], { workspaceId });
  for (const type of ["approve", "reject", "approve"] as const) {
    const { id: actionId } = await pendingAction(server, sessionId);
    await decide(server, sessionId, { type, actionId });
  }
  await taskIn(server, taskId, "completed");
  expect((await toolResults(server, sessionId)).map(({ isError }) => isError)).toEqual([false, true, false]);
  expect(["one", "two", "three"].map((name) => existsSync(join(folder, name)))).toEqual([true, false, true]);
});

test("a setting that approves leaves no question behind, and the person's own tools run under the same rules", async () => {
  const settings = { autoApproveEdits: true, autoApproveCommands: true };
  const { sessionId, taskId } = await converse(
    server,
    [callsAll(["writeFile", { file_path: "a", content: "A" }], ["bash", { command: "cat a" }]), says("End.")],
    { settings },
  );
  await taskIn(server, taskId, "completed");
  const results = await toolResults(server, sessionId);
  expect(results).toMatchObject([{ isError: false }, { isError: false, output: { output: "A" } }]);
  expect(JSON.stringify(await messagesOf(server, sessionId))).not.toContain("reject");
});
