import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openHost } from "../../lib/platform/host.ts";
import { startRun } from "../../lib/platform/left-over.ts";
import { forever } from "../../lib/platform/place.ts";
import { processesEnd, programsWith } from "../../support/server/processes.ts";
import { limitMs } from "../../support/time/limit.ts";
import { until } from "../../support/until.ts";

const mechanisms = ["bubblewrap", "util-linux"] as const;

test.each(mechanisms)("a command sees nothing of the server (%s)", async (mechanism) => {
  const { host, dataDir, root } = openHost(mechanism);
  writeFileSync(join(dataDir, "settings.db"), "canary-database");
  writeFileSync(join(dataDir, "workspaces", "other"), "canary-other");
  const server = spawn("sleep", ["60"], { env: { PROVIDER_KEY: "canary-key" }, stdio: "ignore" });
  onTestFinished(() => void server.kill("SIGKILL"));
  const command = `cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n' | grep cana[r]y-k; ls -A ${dataDir} ${dataDir}/workspaces
    cat ${dataDir}/settings.db ../other ${dataDir}/workspaces/other; umount /workspace; mkdir -p ${dataDir}; kill -9 ${server.pid}`;
  const options = { command, timeoutMs: limitMs, signal: forever, onOutput: () => {} };
  const { stdout, stderr } = await host.shell.run({ ...options, logPrefix: join(root, ".talkcody/l") });
  expect(stdout).toBe("");
  expect(existsSync(join(dataDir, "new"))).toBe(false);
  expect(stderr).toMatch(/umount: /);
  expect(stderr).toMatch(/No such process/);
  expect(server.exitCode ?? server.signalCode).toBeNull();
});

test.each(mechanisms)("a command dies with a server that is killed (%s)", async (mechanism) => {
  const work = 'await run("(setsid sleep 986.5 &) ; trap : TERM; sleep 986.6");';
  const { kill } = startRun(work, { mode: mechanism });
  await until("its commands run", () => programsWith("sleep 986.").length >= 2);
  await kill();
  await expect(processesEnd("sleep 986.")).resolves.toBeUndefined();
});
