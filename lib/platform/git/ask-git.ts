import type { SimpleGit } from "simple-git";
import type { LentMark, Processes } from "../processes/processes.ts";
import { plainEnvironment } from "./hardening.ts";

export interface AskLimits {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Git ends when it writes more. What came before is kept. */
  stdoutBytesMax?: number | undefined;
}

export interface GitPlace extends AskLimits {
  cwd: string;
  /** The HOME of git: a folder without a configuration of a user. */
  home: string;
  /** GIT_DIR and the variables that belong to it. */
  env: Readonly<Record<string, string>>;
}

export interface GitAnswer<T> {
  /** The answer as simple-git parsed it. */
  value: T;
  /** The raw output of git. */
  stdout: Buffer;
  /** Git wrote more than the limit, so the last line may be incomplete. */
  isCut: boolean;
}

/** Rejects with an error of simple-git when git fails, with the reason when it takes too long or is cancelled. */
export type AskGit = <T>(work: (git: SimpleGit) => Promise<T>, place: GitPlace) => Promise<GitAnswer<T>>;

/**
 * Runs git through simple-git, hardened as in createRunGit. All protections of simple-git stay on: it may pass only the
 * variables set here, and none of them names a program or a configuration file.
 */
export function createAskGit(processes: Processes): AskGit {
  const { programs } = processes;
  return async (work, place) => {
    const { simpleGit } = await import("simple-git"); // Loaded at the first use, because it takes 20 to 40 ms.
    const binary = programs.find("git");
    const mark = processes.lendMark();
    const watch = watchCall(place, mark);
    const output = createOutput(place.stdoutBytesMax ?? 16 * 1024 * 1024);
    try {
      const env = environmentOf(place, { PATH: programs.path, ...mark.env });
      const git = simpleGit({
        baseDir: place.cwd,
        binary,
        abort: watch.signal,
        allowEnvironment: Object.keys(env).filter((name) => name.startsWith("GIT_")),
        errors: (error) => (output.isCut() ? undefined : error), // After we closed the pipe, git fails to write.
        input: () => "\n", // simple-git closes standard input only after it has written something.
      });
      git.env(env).outputHandler((_command, stdout) => output.read(stdout));
      const value = await Promise.race([work(git), watch.givenUp]);
      return { value, stdout: output.bytes(), isCut: output.isCut() };
    } finally {
      watch.stop();
      if (watch.signal.aborted || output.isCut()) await mark.endAll();
      mark.giveBack();
    }
  };
}

function environmentOf({ home, env }: GitPlace, own: Readonly<Record<string, string>>) {
  return { ...own, HOME: home, ...plainEnvironment, GIT_ALLOW_PROTOCOL: "none", ...env };
}

/** Time between SIGTERM, at which git removes its lock files, and SIGKILL. */
const graceMs = 1000;

/** Aborts on timeout and on the caller's signal. Then simple-git ends its own process, and the mark finds the others. */
function watchCall({ signal, timeoutMs = 60_000 }: AskLimits, mark: LentMark) {
  const stop = new AbortController();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  givenUp.catch(() => {}); // It may reject when nothing waits for it any more.
  let timer = setTimeout(() => giveUp(new Error(`Git did not end within ${timeoutMs} ms.`)), timeoutMs);
  const giveUp = (reason: unknown) => {
    if (stop.signal.aborted) return;
    stop.abort(reason);
    clearTimeout(timer);
    timer = setTimeout(() => void mark.endAll().finally(() => reject(reason)), graceMs);
  };
  const onAbort = () => giveUp(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: stop.signal,
    givenUp,
    stop: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

/** Collects the output of git. At the limit it closes the pipe, which ends git. */
function createOutput(bytesMax: number) {
  const chunks: Buffer[] = [];
  let count = 0;
  return {
    read: (stdout: NodeJS.ReadableStream & { destroy?(): void }) => {
      stdout.on("data", (chunk: Buffer) => {
        count += chunk.length;
        chunks.push(chunk);
        if (count > bytesMax) stdout.destroy?.();
      });
    },
    isCut: () => count > bytesMax,
    bytes: () => Buffer.concat(chunks),
  };
}
