import type { SandboxedProgram, SandboxGrants, SandboxProgram } from "../../../ports/sandbox.ts";
import { killGroup } from "../../processes/kill-group.ts";
import type { Processes } from "../../processes/processes.ts";
import { exitOf } from "./exit-of.ts";

export interface BareOptions {
  processes: Processes;
  /** What commands get of the environment of the server. */
  environment: Readonly<Record<string, string>>;
}

/** Starts a program as the server's own user, without any protection: for TALKCODY_SANDBOX=off. */
export function startBare(
  { processes, environment }: BareOptions,
  { file, args }: SandboxProgram,
  { workspace, environment: granted }: SandboxGrants,
): SandboxedProgram {
  const path = { PATH: "/usr/local/bin:/usr/bin:/bin" };
  const env = { ...path, ...environment, ...granted, PWD: workspace.root };
  const started = processes.start({ file, args, cwd: workspace.root, env, stdin: "ignore" });
  const { child } = started;
  return {
    ...{ pid: child.pid ?? 0, stdout: child.stdout, stderr: child.stderr },
    ended: exitOf(child),
    limit: () => null,
    terminate: () => killGroup(child.pid, "SIGTERM"),
    kill: () => killGroup(child.pid, "SIGKILL"),
    release: () => started.leaveNothing(),
  };
}
