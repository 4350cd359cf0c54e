import { checkArguments } from "./check-arguments.ts";
import { hardenedConfig, plainEnvironment, programEnvironment } from "./hardening.ts";
import type { ProcessResult, RunProcess } from "../run-process.ts";
import type { Protocol } from "./repository-url.ts";

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

/**
 * Runs git so that it reads no configuration of the user or the system, asks for no input, runs no hook and no helper,
 * and uses only the given protocol. `environment` is for ssh and curl: HOME (for the user's keys), PATH, the ssh agent.
 */
export function createRunGit(environment: Readonly<Record<string, string>>, runProcess: RunProcess): RunGit {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(GIT_|LC_|LANG|SSH_ASKPASS|EDITOR)/.test(name),
  );
  const base = { ...Object.fromEntries(kept), ...plainEnvironment, ...programEnvironment };
  return async (args, run) => {
    await checkArguments(args, run.env ?? {});
    return runProcess({
      file: "git",
      args: [...hardenedArguments, ...args],
      cwd: run.cwd,
      env: { ...base, GIT_ALLOW_PROTOCOL: run.protocol ?? "none", ...run.env },
      signal: run.signal,
      timeoutMs: run.timeoutMs ?? 60_000,
      silenceMs: run.silenceMs,
      input: run.input,
      stdoutBytesMax: run.stdoutBytesMax ?? 16 * 1024 * 1024,
      onStderr: run.onStderr,
    });
  };
}

const hardenedArguments = hardenedConfig.flatMap(([key, value]) => ["-c", `${key}=${value}`]);
