import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openHost } from "../../lib/platform/host.ts";
import { forever, workspaceId } from "../../lib/platform/place.ts";
import { processesEnd, processesWith } from "../../support/server/processes.ts";
import { limitMs } from "../../support/time/limit.ts";
import { until } from "../../support/until.ts";

test("a command cannot read the environment, files, other workspaces or processes of the server", async () => {
  const { host, dataDir, root } = openHost();
  writeFileSync(join(dataDir, "settings.db"), "canary-database");
  writeFileSync(join(dataDir, "workspaces", "other"), "canary-other");
  const server = spawn("sleep", ["60"], { env: { PROVIDER_KEY: "canary-key" }, stdio: "ignore" });
  onTestFinished(() => void server.kill("SIGKILL"));
  const command = `cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n' | grep cana[r]y-k; ls -A ${dataDir} ${dataDir}/workspaces
    cat ${dataDir}/settings.db; (cd .. && cat other); umount ${dataDir}; echo x > ${dataDir}/new; kill -9 ${server.pid}`;
  const options = {
    command,
    timeoutMs: limitMs,
    signal: forever,
    onOutput: () => {},
    logPrefix: join(root, ".talkcody/l"),
  };
  const { stdout, stderr } = await host.shell.run(options);
  expect(stdout).not.toContain("canary-");
  expect(stdout).toContain("workspaces\n");
  expect(existsSync(join(dataDir, "new"))).toBe(false);
  expect(stderr).toMatch(/umount: /);
  expect(stderr).toMatch(/No such process/);
  expect(server.exitCode ?? server.signalCode).toBeNull();
});

test("a command dies with a server that is killed", async () => {
  const { dataDir } = openHost();
  const index = join(process.cwd(), "lib/platform/index.ts");
  const code = `const { createWorkspaceHosts, openProcesses } = await import(${JSON.stringify(index)});
    const options = { workspacesDir: ${JSON.stringify(join(dataDir, "workspaces"))}, environment: { PATH: process.env.PATH },
      processes: openProcesses({ dataDir: ${JSON.stringify(dataDir)} }) };
    const host = createWorkspaceHosts(options).open(${JSON.stringify(workspaceId)});
    const command = "echo started; (setsid sleep 986.5 &) ; sleep 986.6";
    await host.shell.run({ command, timeoutMs: 60000, signal: new AbortController().signal,
      onOutput: () => process.stdout.write("started"), logPrefix: host.root + "/.talkcody/l" });`;
  const server = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => server.stdout.once("data", resolve));
  await until("its commands run", () => processesWith("sleep 986.").length >= 2);
  server.kill("SIGKILL");
  await expect(processesEnd("sleep 986.")).resolves.toBeUndefined();
});
