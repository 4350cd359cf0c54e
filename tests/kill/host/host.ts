import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FailpointTarget } from "../../../lib/ports/failpoint.ts";
import { createClient } from "../../../packages/shared/src/index.ts";
import { createCaller, testKey } from "../../support/clients/caller.ts";
import type { TestServer } from "../../support/server/server.ts";
import { environment, hasEnded, root } from "../../support/server/server-process.ts";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Begin {
  target?: FailpointTarget | undefined;
  graceMs?: number | undefined;
}

/** One folder and one address, where runs of the server follow each other. */
export interface Host extends TestServer {
  /** Starts a life; it may end before it can be reached. */
  begin(options?: Begin): void;
  /** Ms from the start of the process to its first answer; undefined when it ended before. */
  up(): Promise<number | undefined>;
  /** Settles when the process of this run is gone. */
  gone(): Promise<Ended>;
  signal(name: NodeJS.Signals): void;
  readonly pid: number;
  readonly isAlive: boolean;
  /** The last words of all its lives. */
  said(): string;
}

/** Bytes; small, so that an upload can be too large. */
export const fileBytesMax = 1_000_000;

export function createHost(folder: string, port: number): Host {
  const url = `http://127.0.0.1:${port}`;
  const dataDir = join(folder, "data");
  mkdirSync(join(folder, "home"), { recursive: true });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  let said = "";
  let startedAt = 0;
  let child: ChildProcess | undefined;
  let gone: Promise<Ended> = Promise.resolve({ code: null, signal: null });
  const isAlive = () => child !== undefined && !hasEnded(child);
  const caller = createCaller(() => url);

  const begin = ({ target, graceMs = 1000 }: Begin = {}) => {
    const env = {
      ...environment(folder),
      PORT: String(port),
      TALKCODY_GRACE_PERIOD_MS: String(graceMs),
      TALKCODY_FILE_BYTES_MAX: String(fileBytesMax),
      TALKCODY_LOG_LEVEL: "warn",
      ...(target && { TALKCODY_TEST_FAILPOINT: `${target.point}@${target.passage}` }),
    };
    startedAt = performance.now();
    const started = spawn(process.execPath, ["--max-semi-space-size=8", join(root, "app/start.mjs")], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const listen = (bytes: Buffer) => void (said = (said + bytes.toString()).slice(-20_000));
    started.stdout.on("data", listen);
    started.stderr.on("data", listen);
    gone = new Promise((resolve) => started.once("exit", (code, signal) => resolve({ code, signal })));
    child = started;
  };

  const up = async (): Promise<number | undefined> => {
    while (isAlive()) {
      if (isPublished(dataDir, child?.pid)) {
        const answer = await caller.call("getServer").catch(() => undefined);
        if (answer?.status === 200) return performance.now() - startedAt;
      }
      await pause(5);
    }
    return undefined;
  };

  return {
    url,
    dataDir,
    folder,
    key: testKey,
    client: createClient({ baseUrl: url, apiKey: testKey }),
    ...caller,
    begin,
    up,
    gone: () => gone,
    signal: (name) => void child?.kill(name),
    get pid() {
      return child?.pid ?? 0;
    },
    get isAlive() {
      return isAlive();
    },
    said: () => said,
    restart: async () => {
      child?.kill("SIGTERM");
      await gone;
      begin();
      await up();
    },
    stop: async () => {
      if (isAlive()) child?.kill("SIGKILL");
      await gone;
    },
  };
}

function isPublished(dataDir: string, pid: number | undefined): boolean {
  const file = join(dataDir, "server.json");
  if (!existsSync(file)) return false;
  const published = JSON.parse(readFileSync(file, "utf8") || "{}") as { pid?: number };
  return published.pid === pid; // A life that was killed leaves its own behind.
}
