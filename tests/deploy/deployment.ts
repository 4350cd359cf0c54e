import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createCaller, type Caller } from "../support/clients/caller.ts";
import { environment, hasEnded, root } from "../support/server/server-process.ts";
import { limitMs } from "../support/time/limit.ts";
import { until } from "../support/until.ts";
import { processesWith } from "../support/server/processes.ts";
import { ownPort } from "../kill/host/ports.ts";

/** deploy/start.sh on a volume that can be lost, at one address over all its lives. */
export interface Deployment extends Caller {
  readonly url: string;
  readonly dataDir: string;
  readonly folder: string;
  readonly pid: number;
  /** What all lives wrote, on both outputs. */
  said(): string;
  start(more?: Record<string, string>): void;
  /** Ms from the start to the first answer. Throws when the life ended before. */
  up(): Promise<number>;
  signal(name: NodeJS.Signals): void;
  gone(): Promise<{ code: number | null; signal: NodeJS.Signals | null; tookMs: number }>;
  /** SIGKILL for start.sh, the replicator and the server at once. */
  killAll(): Promise<void>;
  loseVolume(): void;
  loseDatabase(name: string): void;
  /** Ids of its processes whose command line holds the text. */
  processes(text: string): number[];
  remove(): Promise<void>;
}

export async function createDeployment(
  variables: (folder: string) => Record<string, string>,
): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-deploy-"));
  const env = variables(folder);
  mkdirSync(join(folder, "home"));
  const port = await ownPort();
  const url = `http://127.0.0.1:${port}`;
  const base = environment(folder);
  const dataDir = join(folder, "data");
  const caller = createCaller(() => url);
  let child: ChildProcess | undefined;
  let startedAt = 0;
  let said = "";
  const alive = (): ChildProcess => {
    if (child === undefined) throw new Error(`It is not started. It said:\n${said}`);
    return child;
  };
  const isGone = () => child === undefined || hasEnded(child);
  const start = (more: Record<string, string> = {}) => {
    startedAt = performance.now();
    child = spawn(join(root, "deploy/start.sh"), {
      cwd: root,
      env: { ...base, PORT: String(port), ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // A group of its own, so that all of it can be killed at once.
    });
    for (const output of [child.stdout, child.stderr])
      output?.on("data", (bytes: Buffer) => void (said = (said + bytes.toString()).slice(-50_000)));
  };
  const gone = async () => {
    const ending = alive();
    const from = performance.now();
    await until("start.sh is gone", () => hasEnded(ending), { seen: () => said.slice(-3000) });
    return { code: ending.exitCode, signal: ending.signalCode, tookMs: performance.now() - from };
  };
  const killAll = async () => {
    if (isGone()) return;
    process.kill(-(alive().pid ?? 0), "SIGKILL");
    await gone();
  };
  return {
    url,
    dataDir,
    folder,
    ...caller,
    get pid() {
      return alive().pid ?? 0;
    },
    said: () => said,
    start,
    up: async () => {
      for (;;) {
        if (isGone()) throw new Error(`It ended before it answered. It said:\n${said.slice(-3000)}`);
        const answer = await caller.call("getServer").catch(() => undefined);
        if (answer?.status === 200) return performance.now() - startedAt;
        if (performance.now() - startedAt > limitMs) throw new Error(`No answer. It said:\n${said}`);
        await pause(10);
      }
    },
    signal: (name) => void alive().kill(name),
    gone,
    killAll,
    loseVolume: () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }),
    loseDatabase: (name) => {
      for (const ending of ["", "-wal", "-shm"])
        rmSync(join(dataDir, `${name}.db${ending}`), { force: true });
    },
    processes: (text) => processesWith(text).filter((id) => groupOf(id) === alive().pid),
    remove: async () => {
      await killAll();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function groupOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
}
