import { assemble, version, type AssembleOptions } from "./assemble.ts";
import { loadConfig, type Config } from "../lib/config/config.ts";
import {
  attended,
  endOnFault,
  exposureWarning,
  greeting,
  publishDiscovery,
  publishedUrl,
  stopOnSignal,
  type Watched,
} from "../lib/server/index.ts";
import { faultSentence, holdDataFolder } from "../lib/storage/index.ts";

export interface RunningServer {
  url: string;
  dataDir: string;
  /** The default model; null when none is chosen. */
  model: string | null;
  health: Watched;
  /** What a restore of the databases meant, for people; null when there was none. */
  restored: string | null;
  /** Ends cleanly; what runs goes on in the next run. */
  stop(): Promise<void>;
}

/** One server on one data folder. Throws an Error with a sentence a person can act on when it cannot start. */
export async function startServer(
  config: Readonly<Config>,
  surroundings: AssembleOptions = {},
): Promise<RunningServer> {
  const release = holdDataFolder({ ...config, holder: () => publishedUrl(config.dataDir) });
  try {
    const server = await attended(config, () => open(config, surroundings));
    return { ...server, stop: () => server.stop().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** Listens, is found by clients on this host, and takes up what the life before left. */
async function open(config: Readonly<Config>, surroundings: AssembleOptions): Promise<RunningServer> {
  const { dataDir, host, port } = config;
  const { server, core, start, close, ...assembled } = await assemble(config, surroundings);
  const restored = await core.restore(); // Before anybody asks, and before what it ends goes on.
  const url = await server.listen({ host, port });
  const withdraw = publishDiscovery({ ...assembled, dataDir, url, version, pid: process.pid });
  start();
  const stop = () => {
    withdraw();
    return close();
  };
  return { ...assembled, url, dataDir, restored, stop };
}

/** The program: starts, tells a person where it is, and ends cleanly on SIGTERM or SIGINT; a second signal ends it at once. */
export async function main(): Promise<void> {
  try {
    const config = loadConfig();
    const current: { starting?: Promise<RunningServer> } = {};
    // From the first moment on: a deploy may replace a life that is still taking up what the one before it left.
    stopOnSignal(async () => {
      console.log("\n  Stopping. What runs goes on at the next start; Ctrl-C again ends it at once.");
      await (await current.starting)?.stop();
    });
    const onFault = (error: unknown) => endOnFault(faultSentence(error));
    const server = await (current.starting = startServer(config, { onFault }));
    const warning = exposureWarning(config);
    if (warning !== null) console.error(`\n  ${warning}`);
    if (server.restored !== null) console.error(`\n  ${server.restored}`);
    const replica = config.replica?.url ?? null;
    console.log(greeting({ ...server, version, replica, isKeyConfigured: config.apiKey !== undefined }));
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    console.error(`\n  ${sentence.replaceAll("\n", "\n  ")}\n`);
    process.exitCode = 1;
  }
}
