import type { ProcessResult, RunProcess } from "../run-process.ts";
import type { Protocol } from "./repository-url.ts";

export interface GitRun {
  cwd: string;
  /** The only protocol git may speak; without one it reaches nothing. */
  protocol?: Protocol | undefined;
  /** Beside the hardened environment, such as GIT_DIR. */
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
 * Git that reads no configuration of the user or the system, asks nobody, runs no hook and no helper, and speaks only
 * the protocol it was given. `environment` is what ssh and curl may see: HOME (for the user's keys), PATH, the agent.
 */
export function createRunGit(environment: Readonly<Record<string, string>>, runProcess: RunProcess): RunGit {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(GIT_|LC_|LANG|SSH_ASKPASS|EDITOR)/.test(name),
  );
  const base = { ...Object.fromEntries(kept), ...hardenedEnvironment };
  return (args, run) =>
    runProcess({
      file: "git",
      args: [...hardenedConfig, ...args],
      cwd: run.cwd,
      env: { ...base, GIT_ALLOW_PROTOCOL: run.protocol ?? "none", ...run.env },
      signal: run.signal,
      timeoutMs: run.timeoutMs ?? 60_000,
      silenceMs: run.silenceMs,
      input: run.input,
      stdoutBytesMax: run.stdoutBytesMax ?? 16 * 1024 * 1024,
      onStderr: run.onStderr,
    });
}

/** A host that is seen for the first time is trusted and remembered; a changed key is refused. */
const sshCommand = "ssh -oBatchMode=yes -oStrictHostKeyChecking=accept-new -oConnectTimeout=15";

const hardenedEnvironment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "/bin/false",
  SSH_ASKPASS: "/bin/false",
  GIT_PROTOCOL_FROM_USER: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_LFS_SKIP_SMUDGE: "1",
  GIT_SSH_COMMAND: sshCommand,
  GIT_EDITOR: "/bin/false",
  GIT_PAGER: "cat",
  LC_ALL: "C",
};

/** Old histories hold these harmless mistakes; everything else that fsck finds is refused. */
const toleratedMistakes = [
  "zeroPaddedFilemode",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingEmail",
  "missingNameBeforeEmail",
  "badTimezone",
  "badEmail",
  "badDate",
  "missingTaggerEntry",
  "badTagName",
];

const hardenedConfig = [
  "protocol.allow=never",
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  `core.sshCommand=${sshCommand}`,
  "core.askPass=/bin/false",
  "core.gitProxy=",
  "core.alternateRefsCommand=/bin/false",
  "core.attributesFile=/dev/null",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.quotePath=false",
  "core.bigFileThreshold=4m",
  "credential.helper=",
  "gpg.program=/bin/false",
  "commit.gpgSign=false",
  "tag.gpgSign=false",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=no",
  "safe.bareRepository=explicit",
  "transfer.fsckObjects=true",
  "transfer.bundleURI=false",
  ...toleratedMistakes.map((name) => `fetch.fsck.${name}=ignore`),
  "gc.auto=0",
  "maintenance.auto=false",
  "init.defaultBranch=main",
  "advice.detachedHead=false",
].flatMap((entry) => ["-c", entry]);
