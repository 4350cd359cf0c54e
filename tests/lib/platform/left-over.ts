import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openProcesses, type SandboxOptions } from "../../../lib/platform/index.ts";
import { environment, temporaryFolder, workspaceId } from "./place.ts";

const index = join(process.cwd(), "lib/platform/index.ts");

const optionsFile = join(process.cwd(), "tests/support/sandbox/sandbox-options.ts");

export interface ServerRun {
  dataDir: string;
  /** Of its workspace. */
  root: string;
  child: ChildProcess;
  /** Ends it as a crash does, and waits. */
  kill(): Promise<void>;
}

/**
 * A process of its own that starts programs as the server does. `work` is code that may use `processes`, `host`, `git`,
 * `reach` and `forever`; what it waits for keeps the process.
 */
export function startRun(
  work: string,
  { mode = "auto", dataDir = temporaryFolder() }: { mode?: SandboxOptions["mode"]; dataDir?: string } = {},
): ServerRun {
  const root = join(dataDir, "workspaces", workspaceId);
  mkdirSync(root, { recursive: true });
  const code = `
    const { createGit, createSandbox, createWorkspaceHosts, openProcesses } = await import(${JSON.stringify(index)});
    const dataDir = ${JSON.stringify(dataDir)};
    const processes = openProcesses({ dataDir });
    const reach = (point) => { if (point === globalThis.killAt) process.kill(process.pid, "SIGKILL"); };
    const { ownerFor, sandboxOptions } = await import(${JSON.stringify(optionsFile)});
    const mode = ${JSON.stringify(mode)};
    const options = { workspacesDir: dataDir + "/workspaces", dataDir, processes, reach,
      environment: ${JSON.stringify(environment)}, allowLocalRepositories: true };
    const git = createGit(options);
    const sandbox = createSandbox(sandboxOptions({ ...options, mode }));
    const host = createWorkspaceHosts({ ...options, sandbox, owner: ownerFor(mode) }).open(${JSON.stringify(workspaceId)});
    const forever = new AbortController().signal;
    const run = (command) => host.shell.run({ command, timeoutMs: 60000, signal: forever, onOutput: () => {},
      logPrefix: host.root + "/.talkcody/log" });
    const stay = setInterval(() => {}, 1000);
    ${work}`;
  const program = join(dataDir, "program.mjs"); // Not on the command line, where tests look for what it starts.
  writeFileSync(program, code);
  const child = spawn(process.execPath, [program], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = () => {
    child.kill("SIGKILL");
    return gone;
  };
  onTestFinished(async () => {
    await kill();
    await reap(dataDir);
  });
  return { dataDir, root, child, kill };
}

/** What the next run on this data folder does at its start. */
export async function reap(dataDir: string): Promise<void> {
  const processes = openProcesses({ dataDir });
  await processes.reap();
  processes.close();
}
