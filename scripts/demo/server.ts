import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiscoveredServer } from "../../packages/cli/src/server/discovery.ts";
import { discover } from "../../packages/cli/src/server/discovery.ts";

const root = join(import.meta.dirname, "../..");
const startMsMax = 20_000;
const stopMsMax = 10_000;

export interface DemoServer extends DiscoveredServer {
  /** SIGTERM, and its clean end. */
  stop(): Promise<void>;
}

/** Starts the server as `npm start` does, on a data folder of its own. Throws with what the server said when it does not come up. */
export async function startServer(dataDir: string): Promise<DemoServer> {
  const child = spawn(process.execPath, [join(root, "app/start.mjs")], {
    cwd: root,
    env: environment(dataDir),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (piece: Buffer) => (said = (said + piece.toString()).slice(-4000)));
  try {
    await published(child, dataDir);
    return { ...discover({ TALKCODY_DATA_DIR: dataDir }), stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw new Error(`The server did not start.\n${said.trim()}`, { cause: error });
  }
}

/** Nothing of the person's own server, its address, key or folders, takes part. */
function environment(dataDir: string): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(TALKCODY_|PORT$|HOST$)/.test(name));
  const path = [join(root, "node_modules/.bin"), process.env["PATH"]].filter(Boolean).join(delimiter);
  return {
    ...Object.fromEntries(others),
    PATH: path,
    TALKCODY_DATA_DIR: dataDir,
    TALKCODY_ALLOW_LOCAL_REPOSITORIES: "true",
    TALKCODY_GRACE_PERIOD_MS: "2000",
  };
}

async function published(child: ChildProcess, dataDir: string): Promise<void> {
  for (let waited = 0; waited < startMsMax; waited += 50) {
    if (existsSync(join(dataDir, "server.json"))) return;
    if (hasEnded(child)) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.`);
    await sleep(50);
  }
  throw new Error(`It published no address within ${startMsMax / 1000} s.`);
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  for (let waited = 0; waited < stopMsMax && !hasEnded(child); waited += 50) await sleep(50);
  if (!hasEnded(child)) child.kill("SIGKILL");
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
