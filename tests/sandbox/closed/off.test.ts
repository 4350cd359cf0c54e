import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decide } from "../../support/conversation.ts";
import { until } from "../../support/until.ts";
import { openPlace } from "../stage/place.ts";
import { sandboxOf } from "../stage/server.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial({ env: { TALKCODY_SANDBOX: "off" } });

test("TALKCODY_SANDBOX=off is shown: in the answer, in an alarm that stays, and at the start", async () => {
  expect(await sandboxOf(trial.server)).toMatchObject({ state: "off" });
  const alarms = async () => (await trial.server.call("getServer")).body.alarms;
  expect((await alarms()).filter(({ detail }) => /sandbox/i.test(detail))).toHaveLength(1);
  expect(trial.server.said()).toMatch(/sandbox/i);
  await trial.server.end("SIGTERM");
  await trial.server.start();
  expect((await alarms()).filter(({ detail }) => /sandbox/i.test(detail))).toHaveLength(1);
});

const approving: Record<string, object> = {
  autoApproveCommands: { autoApproveCommands: true },
  "a rule that allows everything": { permissions: [{ tool: "bash", pattern: "*", decision: "allow" }] },
  "a rule that allows this command": {
    permissions: [{ tool: "bash", pattern: "touch ran", decision: "allow" }],
  },
  "the mode sandboxed": { permissionMode: "sandboxed" },
  "the mode full": { permissionMode: "full" },
};

test.each(Object.entries(approving))(
  "without a sandbox every command asks, in spite of %s",
  async (_, settings) => {
    const place = await openPlace(trial.server, { settings });
    const { status, body } = await place.tool("bash", { command: "touch ran" });
    expect(status).toBe(202);
    expect(existsSync(join(place.folder, "ran"))).toBe(false);
    const actionId = body.action?.id ?? "";
    expect((await decide(trial.server, place.sessionId, { type: "approve", actionId })).status).toBe(200);
    await until("it ran", () => existsSync(join(place.folder, "ran")));
  },
);

test("an approval for the session does not approve the next command", async () => {
  const place = await openPlace(trial.server, { settings: {} });
  const { body } = await place.tool("bash", { command: "touch first" });
  const actionId = body.action?.id ?? "";
  const forSession = await decide(trial.server, place.sessionId, {
    type: "approve",
    actionId,
    scope: "session",
  });
  if (forSession.status !== 200) await decide(trial.server, place.sessionId, { type: "approve", actionId });
  await until("it ran", () => existsSync(join(place.folder, "first")));
  const next = await until("the session is idle", async () => {
    const answer = await place.tool("bash", { command: "touch second" });
    return answer.status !== 409 && answer;
  });
  expect(next.status).toBe(202);
  expect(existsSync(join(place.folder, "second"))).toBe(false);
});
