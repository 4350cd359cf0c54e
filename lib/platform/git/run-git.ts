import { checkArguments } from "./check-arguments.ts";
import { hardenedConfig, plainEnvironment, programEnvironment } from "./hardening.ts";
import type { Processes } from "../processes/processes.ts";
import { createRunProcess, type ProcessResult } from "../run-process.ts";
import type { Protocol } from "./repository-url.ts";
import { writeSshCommand } from "./ssh-command.ts";

export interface GitRun {
  cwd: string;
  /** The only protocol that git may use. Without one it cannot reach a remote. */
  protocol?: Protocol | undefined;
  /** Added to the hardened environment, for example GIT_DIR. */
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  silenceMs?: number | undefined;
  input?: string | undefined;
  stdoutBytesMax?: number | undefined;
  onStderr?: ((text: string) => void) | undefined;
}

export type RunGit = (args: readonly string[], run: GitRun) => Promise<ProcessResult>;

export interface RunGitOptions {
  /** The environment of the server, of which ssh and curl get HOME (for the user's keys) and the ssh agent. */
  environment: Readonly<Record<string, string>>;
  /** The server's own folder, for the configuration of ssh. */
  dataDir: string;
  processes: Processes;
}

/**
 * Runs git so that it reads no configuration of the user or the system, asks for no input, runs no hook and no helper,
 * and uses only the given protocol. Git itself and what it starts come from folders that commands cannot change.
 */
export function createRunGit({ environment, dataDir, processes }: RunGitOptions): RunGit {
  const { programs } = processes;
  const runProcess = createRunProcess(processes);
  const base = { ...keptOf(environment), PATH: programs.path, ...plainEnvironment, ...programEnvironment };
  return async (args, { protocol, env = {}, ...run }) => {
    await checkArguments(args, env);
    const ssh = protocol === "ssh" ? { GIT_SSH_COMMAND: await writeSshCommand({ dataDir, programs }) } : {};
    return runProcess({
      ...run,
      timeoutMs: run.timeoutMs ?? 60_000,
      stdoutBytesMax: run.stdoutBytesMax ?? 16 * 1024 * 1024,
      file: programs.find("git"),
      args: [...hardenedArguments, ...args],
      env: { ...base, ...ssh, GIT_ALLOW_PROTOCOL: protocol ?? "none", ...env },
    });
  };
}

const hardenedArguments = hardenedConfig.flatMap(([key, value]) => ["-c", `${key}=${value}`]);

const keptVariables = ["HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK"];

function keptOf(environment: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(environment).filter(([name]) => keptVariables.includes(name));
  return Object.fromEntries(entries);
}
