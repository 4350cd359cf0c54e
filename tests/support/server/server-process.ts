import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createClient } from "../../../packages/shared/src/index.ts";
import { createCaller, testKey } from "../clients/caller.ts";
import type { TestServer } from "./server.ts";
import { until } from "../until.ts";

export const root = join(import.meta.dirname, "../../..");

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  tookMs: number;
}

/** The program as `npm start` runs it: a process of its own, reached over loopback only. */
export interface ServerProcess extends TestServer {
  readonly pid: number;
  /** Everything its lives wrote, on both outputs. */
  said(): string;
  /** Sends a signal and waits until the process is gone. */
  end(signal: NodeJS.Signals): Promise<Ended>;
  /** Waits until it is gone by itself, as at a failpoint. */
  gone(): Promise<Ended>;
  /** Another life on the same data, at the same address; `more` is added to the environment of this run only. */
  start(more?: Record<string, string>): Promise<void>;
  rssBytes(): number;
}

export interface ServerProcessOptions {
  env?: Record<string, string>;
  /** Below it all folders are made; a fresh one without it. */
  folder?: string;
  /** Below tests/support/server; what `npm start` runs without it. */
  program?: string;
}

export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "talkcody-journey-"));
  const dataDir = join(folder, "data");
  mkdirSync(join(folder, "home"), { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = { ...environment(folder), PORT: String(port), ...options.env };
  const key = env["TALKCODY_API_KEY"] || testKey;
  const program = join(
    root,
    options.program === undefined ? "app/start.mjs" : `tests/support/server/${options.program}`,
  );
  let said = "";
  let child: ChildProcess | undefined;
  const alive = (): ChildProcess => {
    if (child === undefined) throw new Error(`The server is stopped. It said:\n${said.slice(-4000)}`);
    return child;
  };
  const start = async (more: Record<string, string> = {}) => {
    const ofLife = { ...env, ...more };
    child = spawn(process.execPath, [program], { cwd: root, env: ofLife, stdio: "pipe" });
    child.stdout?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    const started = child;
    await until("the server publishes its address", () => isPublished(dataDir, started), {
      seen: () => said.slice(-2000),
    });
  };
  const gone = async (): Promise<Ended> => {
    const ending = alive();
    const sentAt = performance.now();
    await until("the server is gone", () => hasEnded(ending), {
      seen: () => said.slice(-2000),
    });
    child = undefined;
    return { code: ending.exitCode, signal: ending.signalCode, tookMs: performance.now() - sentAt };
  };
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    alive().kill(signal);
    return gone();
  };
  await start();
  return {
    url,
    dataDir,
    folder,
    key,
    client: createClient({ baseUrl: url, apiKey: key }),
    ...createCaller(() => url, key),
    get pid() {
      return alive().pid ?? 0;
    },
    said: () => said,
    start,
    end,
    gone,
    rssBytes: () => rssOf(alive().pid),
    restart: async () => {
      await end("SIGTERM");
      await start();
    },
    stop: async () => {
      if (child !== undefined) await end("SIGKILL");
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What a person's shell would give it, without anything of this machine's person. */
export function environment(folder: string): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    HOME: join(folder, "home"),
    TALKCODY_DATA_DIR: join(folder, "data"),
    TALKCODY_API_KEY: testKey,
    TALKCODY_ALLOW_LOCAL_REPOSITORIES: "true",
    TALKCODY_GRACE_PERIOD_MS: "1000",
    TALKCODY_PERMISSION_MODE: "ask",
  };
}

/** A port that was free a moment ago; a restarted server can be found at it again. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function isPublished(dataDir: string, child: ChildProcess): boolean {
  if (hasEnded(child)) throw new Error(`The server ended with ${child.exitCode ?? child.signalCode}.`);
  const file = join(dataDir, "server.json");
  if (!existsSync(file)) return false;
  const { pid } = JSON.parse(readFileSync(file, "utf8") || "{}") as { pid?: number };
  return pid === child.pid; // A life that was killed leaves its own behind.
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function rssOf(pid: number | undefined): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}
