import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { DiscoveredServer } from "../../packages/cli/src/server/discovery.ts";
import { discover } from "../../packages/cli/src/server/discovery.ts";

const root = join(import.meta.dirname, "../..");
const startMsMax = 20_000;
const stopMsMax = 10_000;

export interface DemoServer extends DiscoveredServer {
  /** Sends SIGTERM and waits for the exit. */
  stop(): Promise<void>;
}

/** Starts the server as `npm start` does, on a data folder of its own. Throws with what the server said when it does not come up. */
export async function startServer(dataDir: string): Promise<DemoServer> {
  const server = execa(process.execPath, [join(root, "app/start.mjs")], {
    cwd: root,
    env: environment(dataDir),
    extendEnv: false,
    stdio: ["ignore", "ignore", "pipe"],
    reject: false,
    forceKillAfterDelay: stopMsMax,
  });
  const stop = async () => {
    server.kill("SIGTERM");
    return (await server).stderr;
  };
  try {
    await Promise.race([published(dataDir), server.then(refuseEnd)]);
    return { ...discover({ TALKCODY_DATA_DIR: dataDir }), stop: async () => void (await stop()) };
  } catch (error) {
    throw new Error(`The server did not start.\n${(await stop()).slice(-4000)}`, { cause: error });
  }
}

/** Without the address, key and folders of the user's own server. */
function environment(dataDir: string): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(TALKCODY_|PORT$|HOST$)/.test(name));
  return {
    ...Object.fromEntries(others),
    TALKCODY_DATA_DIR: dataDir,
    TALKCODY_PERMISSION_MODE: "ask", // The demo shows the questions.
    TALKCODY_ALLOW_LOCAL_REPOSITORIES: "true",
    TALKCODY_GRACE_PERIOD_MS: "2000",
  };
}

async function published(dataDir: string): Promise<void> {
  for (let waited = 0; waited < startMsMax; waited += 50) {
    if (existsSync(join(dataDir, "server.json"))) return;
    await sleep(50);
  }
  throw new Error(`It wrote no server.json within ${startMsMax / 1000} s.`);
}

function refuseEnd({ exitCode, signal }: { exitCode?: number; signal?: string }): never {
  throw new Error(`It ended with ${exitCode ?? signal}.`);
}
