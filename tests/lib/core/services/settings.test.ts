import { expect, test } from "vitest";
import { mergeSettings, resolveSettings, settingsDefaults } from "../../../../lib/settings.ts";
import type { PermissionRule, Settings } from "../../../../lib/settings.ts";
import { converse, createSession, say } from "../../../support/conversation.ts";
import { calls, says } from "../../../support/models/script.ts";
import { eventsOf, taskEnded, taskIn } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";

const server = useTestServer();
const rule = (pattern: string): PermissionRule => ({ tool: "bash", pattern, decision: "allow" });

test("where nobody said anything the defaults hold", () => {
  expect(resolveSettings([])).toEqual({ ...settingsDefaults, permissions: [] });
  expect(resolveSettings([{}, {}])).toEqual({ ...settingsDefaults, permissions: [] });
});

test("the nearest explicit value wins, false and zero too", () => {
  const layers: Settings[] = [
    { autoApproveEdits: false, budgetUsd: 0 },
    { autoApproveEdits: true, stepsMax: 5 },
    { stepsMax: 9, model: "a@b", budgetUsd: 3 },
  ];
  expect(resolveSettings(layers)).toMatchObject({
    autoApproveEdits: false,
    budgetUsd: 0,
    stepsMax: 5,
    model: "a@b",
  });
});

test("the rules of all layers hold, the nearest first", () => {
  const layers = [{ permissions: [rule("1"), rule("2")] }, {}, { permissions: [rule("3")] }];
  expect(resolveSettings(layers).permissions.map(({ pattern }) => pattern)).toEqual(["1", "2", "3"]);
});

test("a patch changes what it names, and null removes it", () => {
  const stored: Settings = { stepsMax: 5, planMode: true };
  expect(mergeSettings(stored, { stepsMax: null, autoApproveEdits: false })).toEqual({
    planMode: true,
    autoApproveEdits: false,
  });
  expect(mergeSettings(stored, {})).toEqual(stored);
  expect(stored).toEqual({ stepsMax: 5, planMode: true });
});

test.each([
  { claim: "a global setting holds", global: { autoApproveCommands: true }, state: "completed" },
  {
    claim: "the session goes before the global settings",
    global: { autoApproveCommands: true },
    ofSession: { autoApproveCommands: false },
    state: "waiting",
  },
  {
    claim: "the task goes before the session",
    ofSession: { autoApproveCommands: false },
    ofTask: { autoApproveCommands: true },
    state: "completed",
  },
  {
    claim: "a deny in the farthest layer wins",
    global: { permissions: [{ tool: "bash", pattern: "true", decision: "deny" }] },
    ofTask: { autoApproveCommands: true },
    state: "completed",
  },
] as const)("$claim", async ({ global = {}, ofSession = {}, ofTask = {}, state }: Layers) => {
  const none = { autoApproveCommands: null, permissions: null };
  await server.call("updateSettings", { body: { settings: { ...none, ...global } } });
  const { id } = await createSession(server, { settings: ofSession });
  const { task } = await say(server, id, [calls("bash", { command: "true" }), says("End.")], {
    settings: ofTask,
  });
  expect((await taskIn(server, task.id, state)).state).toBe(state);
  const wasAsked = (await eventsOf(server, id)).some(({ type }) => type === "action.required");
  expect(wasAsked).toBe(state === "waiting");
  await server.call("updateSettings", { body: { settings: none } });
});

interface Layers {
  global?: object;
  ofSession?: Settings;
  ofTask?: Settings;
  state: "completed" | "waiting";
}

test("a task ends as failed at stepsMax, and says what to do", async () => {
  const endless = Array.from({ length: 10 }, () => calls("listFiles", { directory_path: "." }));
  const { taskId } = await converse(server, endless, { settings: { stepsMax: 3 } });
  const task = await taskEnded(server, taskId);
  expect(task).toMatchObject({ state: "failed", steps: 3, error: { code: "steps-exceeded" } });
  expect(task.error?.detail).toContain("stepsMax");
});

test("a task that needs exactly stepsMax completes", async () => {
  const steps = [calls("listFiles", { directory_path: "." }), says("End.")];
  const { taskId } = await converse(server, steps, { settings: { stepsMax: 2 } });
  expect(await taskEnded(server, taskId)).toMatchObject({ state: "completed", steps: 2 });
});

test("a task ends as failed once it cost its budget, and the costs are on record", async () => {
  const models = { script: { pricing: { input: 1000, output: 1000 } } };
  await server.call("updateSettings", { body: { providers: { priced: { type: "scripted", models } } } });
  const endless = Array.from({ length: 10 }, () => calls("listFiles", { directory_path: "." }));
  const { sessionId, taskId } = await converse(server, endless, {
    model: "script@priced",
    settings: { budgetUsd: 0.5 },
  } as never);
  const task = await taskEnded(server, taskId);
  expect(task).toMatchObject({ state: "failed", error: { code: "budget-exceeded" } });
  expect(task.usage.costUsd).toBeGreaterThanOrEqual(0.5);
  expect((await server.call("getSession", { params: { sessionId } })).body.usage).toEqual(task.usage);
});
