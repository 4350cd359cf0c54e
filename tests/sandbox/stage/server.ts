import { spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { createCaller, type Caller } from "../../support/clients/caller.ts";
import { until } from "../../support/until.ts";
import { environmentOf } from "./environment.ts";
import { type Planted, plant } from "./planted.ts";
import { currentSetting, type Setting } from "./setting.ts";

/** The real program, run by the user of the setting, with canaries in its home and in its environment. */
export interface TrialServer extends Caller {
  setting: Setting;
  planted: Planted;
  home: string;
  checkout: string;
  dataDir: string;
  readonly pid: number;
  readonly url: string;
  /** Everything it wrote, on both outputs. */
  said(): string;
  end(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data, and waits until its sandbox is tested. */
  start(more?: Record<string, string>): Promise<void>;
  /** Ends it at once. */
  stop(): Promise<void>;
}

export interface TrialOptions {
  env?: Record<string, string>;
  /** Goes before the program, such as `unshare --user`. */
  wrapper?: string[];
}

let count = 0;

export async function startTrialServer({ env = {}, wrapper = [] }: TrialOptions = {}): Promise<TrialServer> {
  const setting = currentSetting();
  const planted = plant(setting);
  const home = join(setting.folder, "home");
  const checkout = join(setting.folder, "checkout");
  const dataDir = join(setting.folder, `state-${process.pid}-${++count}`, "data");
  const port = await freePort();
  const key = planted.canaries["TALKCODY_API_KEY"] ?? "";
  const url = `http://127.0.0.1:${port}`;
  const own = { PORT: String(port), TALKCODY_DATA_DIR: dataDir };
  let said = "";
  let child: ChildProcess | undefined;
  const alive = (): ChildProcess => {
    if (child === undefined) throw new Error(`The server is stopped. It said:\n${said.slice(-4000)}`);
    return child;
  };
  makeFolder(join(dataDir, ".."), setting);
  const caller = createCaller(() => url, key);
  const start = async (more: Record<string, string> = {}) => {
    const all = { ...environmentOf(setting, planted), ...own, ...env, ...more };
    child = spawnAs(setting, {
      program: [...wrapper, join(checkout, "node_modules/node/bin/node"), join(checkout, "app/start.mjs")],
      env: all,
      cwd: checkout,
    });
    child.stdout?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    const started = child;
    await until("the server publishes its address", () => isPublished(dataDir, started), {
      seen: () => said.slice(-2000),
    });
    await until("its sandbox is tested", async () => (await sandboxOf(caller))?.state !== "testing");
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = alive();
    ending.kill(signal);
    await until("the server is gone", () => hasEnded(ending), { seen: () => said.slice(-2000) });
    child = undefined;
  };
  await start();
  return {
    ...caller,
    setting,
    planted,
    home,
    checkout,
    dataDir,
    url,
    get pid() {
      return alive().pid ?? 0;
    },
    said: () => said,
    start,
    end,
    stop: async () => {
      if (child !== undefined) await end("SIGKILL");
    },
  };
}

/** As GET /v1/server reports it; undefined where the server knows of no sandbox. */
export interface SandboxReport {
  state: "testing" | "on" | "refused" | "off";
  mechanism: string | null;
  uid: number | null;
  probes: { name: string; passed: boolean; detail: string }[];
  reason: string | null;
  fix: string | null;
}

export async function sandboxOf(server: Caller): Promise<SandboxReport | undefined> {
  const { body } = await server.call("getServer");
  return (body as { sandbox?: SandboxReport }).sandbox; // Its shape is what the trial expects.
}

/** Runs a program as the user of the server. */
export function spawnAs(
  { uid }: Setting,
  { program, env, cwd }: { program: string[]; env: Record<string, string>; cwd: string },
): ChildProcess {
  const becomes =
    process.getuid?.() === uid ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  const [file = "", ...args] = [...becomes, ...program];
  const found = becomes.length === 0 ? file : "/usr/bin/setpriv";
  return spawn(found, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

function makeFolder(path: string, { uid }: Setting): void {
  mkdirSync(path, { recursive: true });
  if (process.getuid?.() === 0) chownSync(path, uid, uid);
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo; // It listens on TCP.
      server.close(() => resolve(port));
    });
  });
}

function isPublished(dataDir: string, child: ChildProcess): boolean {
  if (hasEnded(child)) throw new Error(`The server ended with ${child.exitCode ?? child.signalCode}.`);
  const file = join(dataDir, "server.json");
  if (!existsSync(file)) return false;
  const { pid } = JSON.parse(readFileSync(file, "utf8") || "{}") as { pid?: number };
  return pid === child.pid;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
