import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../lib/ports/clock.ts";
import { loadConfig, type Config } from "../../../lib/config/config.ts";
import { startServer, type RunningServer } from "../../../app/main.ts";
import { createClient, type Client } from "../../../packages/shared/src/index.ts";
import { createCaller, testKey, type Caller } from "../clients/caller.ts";
import { clockWithoutMaintenance } from "../time/clock-without-maintenance.ts";

export type { CallOptions, TestAnswer } from "../clients/caller.ts";
export { testKey } from "../clients/caller.ts";

export interface TestServer extends Caller {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  /** A folder that is gone with the server. */
  readonly folder: string;
  readonly client: Client;
  /** Ends it cleanly and starts it on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  env?: Record<string, string>;
  /** For what no variable of the environment says. */
  config?: Partial<Config>;
  /** Without it real time, in which the log stays as it is. */
  clock?: Clock;
}

/** The contract tests run twice: see vitest.config.ts. */
const startForTests =
  process.env["TALKCODY_TEST_THROUGH"] === "function"
    ? (await import("../function/start.ts")).startBehindFunction
    : startServer;

/** The real server in this process, on a free port of loopback and in a fresh folder. */
export async function startTestServer({
  env,
  config,
  clock = clockWithoutMaintenance,
}: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-test-"));
  const home = join(folder, "home");
  mkdirSync(home);
  const start = () =>
    startForTests({ ...loadConfig({ ...environment(folder, home), ...env }), ...config }, { clock });
  let running: RunningServer | undefined = await start();
  const alive = (): RunningServer => {
    if (running === undefined) throw new Error("The test server is stopped.");
    return running;
  };

  return {
    get url() {
      return alive().url;
    },
    get dataDir() {
      return alive().dataDir;
    },
    get client() {
      return createClient({ baseUrl: alive().url, apiKey: testKey });
    },
    key: testKey,
    folder,
    ...createCaller(() => alive().url),
    restart: async () => {
      await alive().stop();
      running = undefined;
      running = await start();
    },
    stop: async () => {
      await running?.stop();
      running = undefined;
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function environment(folder: string, home: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    TALKCODY_DATA_DIR: join(folder, "data"),
    TALKCODY_API_KEY: testKey,
    TALKCODY_ALLOW_LOCAL_REPOSITORIES: "true",
    TALKCODY_LOG_LEVEL: "error",
    TALKCODY_PERMISSION_MODE: "ask",
    TALKCODY_GRACE_PERIOD_MS: "200",
  };
}
