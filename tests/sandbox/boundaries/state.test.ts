import { expect, test } from "vitest";
import { openPlace } from "../stage/place.ts";
import { sandboxOf } from "../stage/server.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

test("the server reports a sandbox that is on, and which probes it passed", async () => {
  const report = await sandboxOf(trial.server);
  expect(report).toMatchObject({ state: "on", reason: null, fix: null });
  expect(report?.mechanism).toBe(trial.server.setting.mechanism);
  expect(String(report?.uid)).not.toMatch(/^(0|root)$/);
  expect(report?.probes.length).toBeGreaterThanOrEqual(10);
  expect(report?.probes.filter(({ passed }) => !passed)).toEqual([]);
});

test("no alarm tells of the sandbox, and the start says that it is on", async () => {
  const { alarms } = (await trial.server.call("getServer")).body;
  expect(alarms.filter(({ detail }) => /sandbox/i.test(detail))).toEqual([]);
  expect(trial.server.said()).toMatch(/sandbox/i);
});

test("a command runs in its workspace without a question", async () => {
  const place = await openPlace(trial.server, { settings: {} });
  const ran = await place.run("echo it runs; pwd; touch made");
  expect(ran).toMatchObject({ isError: false, exitCode: 0, stdout: "it runs\n/workspace\n" });
});
