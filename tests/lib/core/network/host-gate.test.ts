import { expect, test } from "vitest";
import { expectProblem } from "../../../support/claims.ts";
import { decide, toolResult } from "../../../support/conversation.ts";
import { calls, says } from "../../../support/models/script.ts";
import { eventsOf, taskEnded, until } from "../../../support/until.ts";
import {
  type GatedServer,
  present,
  runCommand,
  type RunningCommand,
  useGatedServer,
} from "./gated-server.ts";

const server = useGatedServer();
const grant = (workspaceId: string, network: object) =>
  server.call("updateWorkspace", { params: { workspaceId }, body: { network } });
const denials = async (on: GatedServer, { sessionId }: RunningCommand) =>
  (await eventsOf(on, sessionId)).flatMap((event) => (event.type === "network.denied" ? [event.data] : []));
const actionsOf = async ({ sessionId }: RunningCommand) =>
  (await eventsOf(server, sessionId)).flatMap((event) =>
    event.type === "action.resolved" && event.data.action.type === "host" ? [event.data.action] : [],
  );

test("a new host is refused at once when nobody is there, with a question that may be answered later", async () => {
  const command = await runCommand(server);
  const verdict = await command.connect();
  expect(verdict).toMatchObject({
    isGranted: false,
    reason: expect.stringContaining("registry.example:443") as string,
  });
  const [question, ...others] = await command.questions();
  expect(others).toEqual([]);
  expect(question).toMatchObject({
    ...{
      type: "host",
      state: "pending",
      taskId: command.taskId,
      toolCallId: command.toolCallId,
      toolName: "bash",
    },
    input: { host: "registry.example", port: 443 },
    preview: null,
  });
  const { workspaceId, toolCallId } = command;
  expect(await denials(server, command)).toEqual([
    { workspaceId, toolCallId, host: "registry.example", port: 443, reason: "not-granted" },
  ]);
  expect((await command.approve(question?.id ?? "")).status).toBe(200);
  expect(await command.network()).toEqual({ mode: "hosts", hosts: ["registry.example"], presets: [] });
  expect(await command.connect()).toEqual({ isGranted: true });
  expect(await command.connect({ port: 80 })).toEqual({ isGranted: true });
  expect(await command.connect({ port: 8443 })).toMatchObject({ isGranted: false });
  expect(await command.connect({ host: "other.example" })).toMatchObject({ isGranted: false });
  await command.finish();
  const { output, isError } = await toolResult(server, command.sessionId);
  expect(isError).toBe(false);
  expect(output.message).toMatch(
    /The network refused: registry\.example:443 \(not granted yet.*\), .*other\.example:443/,
  );
});

test("a command that was refused nothing has a result without a word about the network", async () => {
  const command = await runCommand(server);
  await grant(command.workspaceId, { mode: "open" });
  expect(await command.connect()).toEqual({ isGranted: true });
  await command.finish();
  expect((await toolResult(server, command.sessionId)).output.message).not.toContain("network");
});

test("a question neither stops the task nor decides about its call", async () => {
  const command = await runCommand(server);
  await command.connect();
  const task = async () => (await server.call("getTask", { params: { taskId: command.taskId } })).body.state;
  expect(await task()).toBe("running");
  const [question] = await command.questions();
  await command.reject(question?.id ?? "");
  expect(await task()).toBe("running");
  await command.finish();
  expect(await toolResult(server, command.sessionId)).toMatchObject({ isError: false });
});

test("a connection waits while somebody is there, and goes on when any client approves", async () => {
  const command = await runCommand(server);
  const follower = await present(server, command);
  const waiting = Promise.all([command.connect(), command.connect()]);
  await follower.waitFor("the question comes", ({ actions }) => actions.length === 1);
  const [question] = await command.questions();
  expect((await command.approve(question?.id ?? "")).status).toBe(200);
  expect(await waiting).toEqual([{ isGranted: true }, { isGranted: true }]);
  await follower.waitFor(
    "all is told",
    ({ actions, workspace }) => actions.length === 0 && workspace?.network.mode === "hosts",
  );
  expect(await denials(server, command)).toEqual([]);
  expect(await actionsOf(command)).toMatchObject([{ state: "approved", resolvedBy: "person", scope: null }]);
});

test("a connection that waits is refused when somebody rejects, and that holds for the task", async () => {
  const command = await runCommand(server);
  await present(server, command);
  const waiting = command.connect();
  const [question] = await command.questions();
  await command.reject(question?.id ?? "");
  expect(await waiting).toMatchObject({
    isGranted: false,
    reason: expect.stringContaining("rejected") as string,
  });
  expect(await command.connect()).toMatchObject({ isGranted: false });
  expect(await denials(server, command)).toMatchObject([{ reason: "rejected" }]);
  expect(await actionsOf(command)).toHaveLength(1);
  const other = await runCommand(server);
  await other.connect();
  expect(await other.questions()).toHaveLength(1);
});

test("whoever does not decide in time is waited for once", async () => {
  const command = await runCommand(server);
  await present(server, command);
  server.isImpatient = true;
  expect(await command.connect()).toMatchObject({ isGranted: false });
  server.isImpatient = false;
  expect(await command.connect()).toMatchObject({ isGranted: false });
  const [question, ...others] = await command.questions();
  expect(others).toEqual([]);
  await command.approve(question?.id ?? "");
  expect(await command.connect()).toEqual({ isGranted: true });
});

test("a connection that goes away is not waited for, and its question stays", async () => {
  const command = await runCommand(server);
  await present(server, command);
  const gone = new AbortController();
  const waiting = command.connect({}, gone.signal);
  await command.questions();
  gone.abort(new Error("The connection has ended."));
  expect(await waiting).toMatchObject({ isGranted: false });
  expect(await command.questions()).toHaveLength(1);
});

test("a question ends with its task", async () => {
  const command = await runCommand(server);
  await present(server, command);
  const waiting = command.connect();
  const [question] = await command.questions();
  await decide(server, command.sessionId, { type: "cancel" });
  expect(await waiting).toMatchObject({ isGranted: false });
  await taskEnded(server, command.taskId);
  expect(await actionsOf(command)).toMatchObject([{ id: question?.id, state: "cancelled" }]);
  expectProblem(
    await decide(server, command.sessionId, { type: "approve", actionId: question?.id ?? "" }),
    "action-decided",
  );
  expect((await command.network()).mode).toBe("none");
  await until("no command is known any more", async () => {
    const verdict = await command.connect({ host: "late.example" });
    return !verdict.isGranted && !verdict.reason.includes("ended");
  });
  expect((await denials(server, command)).map(({ host }) => host)).not.toContain("late.example");
});

test("a host is decided as it was shown: once, as a whole, by one of many", async () => {
  const command = await runCommand(server);
  await command.connect();
  const [question] = await command.questions();
  const actionId = question?.id ?? "";
  const wrong = [
    { type: "approve", actionId, scope: "session" },
    { type: "approve", actionId, input: { host: "evil.example", port: 443 } },
    { type: "respond", actionId, result: { host: "evil.example" } },
  ] as const;
  for (const body of wrong) expectProblem(await decide(server, command.sessionId, body), "action-mismatch");
  expect((await command.network()).mode).toBe("none");
  const racing = await Promise.all(Array.from({ length: 10 }, () => command.approve(actionId)));
  expect(racing.map(({ status }) => status).toSorted()).toEqual([
    200,
    ...Array.from({ length: 9 }, () => 409),
  ]);
  expect((await command.network()).hosts).toEqual(["registry.example"]);
});

test("a question survives a restart of the server", async () => {
  const command = await runCommand(server, [calls("bash", { command: "true" }), says("End.")]);
  await command.connect();
  const [question] = await command.questions();
  await server.restart();
  const kept = await command.questions(2);
  expect(kept.find(({ id }) => id === question?.id)).toMatchObject({ state: "pending", type: "host" });
  expect((await server.call("getTask", { params: { taskId: command.taskId } })).body.state).toBe("waiting");
  await command.approve(question?.id ?? "");
  expect((await command.network()).hosts).toEqual(["registry.example"]);
  expect((await server.call("getTask", { params: { taskId: command.taskId } })).body.state).toBe("waiting");
});

test("grants hold at once, for a command that runs, and so does taking them back", async () => {
  const command = await runCommand(server);
  const target = { host: "a.sub.example", port: 443 };
  const cases = [
    [{ mode: "hosts", hosts: ["*.sub.example"] }, true],
    [{ hosts: ["a.sub.example:8443"] }, false],
    [{ hosts: ["sub.example", "b.sub.example", "*.a.sub.example"] }, false],
    [{ mode: "open" }, true],
    [{ mode: "none" }, false],
  ] as const;
  for (const [network, isGranted] of cases) {
    await grant(command.workspaceId, network);
    expect(await command.connect(target)).toMatchObject({ isGranted });
  }
});

test("approving a host opens nothing that was listed while the mode was none", async () => {
  const command = await runCommand(server);
  await grant(command.workspaceId, { mode: "none", hosts: ["old.example"], presets: ["registries"] });
  await command.connect({ port: 8080 });
  const [question] = await command.questions();
  await command.approve(question?.id ?? "");
  expect(await command.network()).toEqual({ mode: "hosts", hosts: ["registry.example:8080"], presets: [] });
});

test("the mode `full` takes every host for granted, and no other mode does", async () => {
  const command = await runCommand(server);
  expect(await command.connect()).toMatchObject({ isGranted: false });
  const settings = { permissionMode: "full" as const };
  await server.call("updateSession", { params: { sessionId: command.sessionId }, body: { settings } });
  expect(await command.connect({ host: "any.example", port: 1234 })).toEqual({ isGranted: true });
  expect((await command.network()).mode).toBe("none");
});

test("the mode `full` of one session opens nothing to another one that shares its workspace", async () => {
  const careful = await runCommand(server);
  const full = await runCommand(server, [says("End.")], careful);
  const settings = { permissionMode: "full" as const };
  await server.call("updateSession", { params: { sessionId: full.sessionId }, body: { settings } });
  expect(await full.connect()).toMatchObject({ isGranted: false });
  await careful.finish();
  expect(await full.connect({ host: "other.example" })).toEqual({ isGranted: true });
});

test("a command that tries many hosts asks and tells a bounded number of times", async () => {
  const command = await runCommand(server);
  for (let count = 0; count < 60; count++) await command.connect({ host: `h${count}.example` });
  expect(await command.questions(20)).toHaveLength(20);
  expect(await denials(server, command)).toHaveLength(50);
  await command.connect({ host: "h0.example" });
  expect(await denials(server, command)).toHaveLength(50);
});

test("what is not public is told to the session of the command", async () => {
  const command = await runCommand(server);
  server.gate.noteUnreachable(command.workspaceId, { host: "10.0.0.1", port: 80 });
  server.gate.noteUnreachable("wsp_unknown", { host: "10.0.0.2", port: 80 });
  expect(await denials(server, command)).toMatchObject([
    { host: "10.0.0.1", port: 80, reason: "not-public" },
  ]);
});

test("where no command is known, only grants count, and nobody is asked", async () => {
  const command = await runCommand(server);
  await command.finish();
  expect(await command.connect()).toMatchObject({ isGranted: false });
  await grant(command.workspaceId, { mode: "open" });
  expect(await command.connect()).toEqual({ isGranted: true });
  expect(
    await server.gate.decide("wsp_unknown", { host: "a.example", port: 443 }, new AbortController().signal),
  ).toMatchObject({
    isGranted: false,
  });
  expect(await denials(server, command)).toEqual([]);
});
