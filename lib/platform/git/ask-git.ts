import type { SimpleGit } from "simple-git";
import type { LentMark, Processes } from "../processes/processes.ts";
import { plainEnvironment } from "./hardening.ts";

export interface AskLimits {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** More than this ends git; what came before is kept. */
  stdoutBytesMax?: number | undefined;
}

export interface GitPlace extends AskLimits {
  cwd: string;
  /** A folder without configuration of a user: git takes it for the home folder. */
  home: string;
  /** GIT_DIR and what belongs to it. */
  env: Readonly<Record<string, string>>;
}

export interface GitAnswer<T> {
  /** What simple-git read. */
  value: T;
  /** What git wrote, as it came. */
  stdout: Buffer;
  /** Git wrote more than it may, so the last line may be half a line. */
  isCut: boolean;
}

/** Rejects with what simple-git says when git fails, takes too long or is cancelled. */
export type AskGit = <T>(work: (git: SimpleGit) => Promise<T>, place: GitPlace) => Promise<GitAnswer<T>>;

/**
 * Git through simple-git, in the same hardened surroundings as createRunGit. All protections of simple-git stay on: it is
 * allowed nothing but the variables named here, and none of them names a program or a configuration file.
 */
export function createAskGit(environment: Readonly<Record<string, string>>, processes: Processes): AskGit {
  return async (work, place) => {
    const { simpleGit } = await import("simple-git"); // When something is first asked: 20 to 40 ms.
    const mark = processes.lendMark();
    const watch = watchCall(place, mark);
    const output = createOutput(place.stdoutBytesMax ?? 16 * 1024 * 1024);
    try {
      const env = environmentOf(place, { PATH: environment["PATH"] ?? "", ...mark.env });
      const git = simpleGit({
        baseDir: place.cwd,
        abort: watch.signal,
        allowEnvironment: Object.keys(env).filter((name) => name.startsWith("GIT_")),
        errors: (error) => (output.isCut() ? undefined : error), // Git complains of the pipe that was closed.
        input: () => "\n", // It closes standard input only after it has written something.
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

/** Between asking git to end, which takes its lock files with it, and ending it. */
const graceMs = 1000;

/** Aborts on time-out and on the caller's signal. Then simple-git ends the one process it knows, and the mark ends the rest. */
function watchCall({ signal, timeoutMs = 60_000 }: AskLimits, mark: LentMark) {
  const stop = new AbortController();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  givenUp.catch(() => {}); // Nobody may be waiting for it.
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

/** Keeps what git writes up to a limit, and then closes the pipe, which ends git. */
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
