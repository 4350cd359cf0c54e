import { assemble, version, type AssembleOptions } from "./assemble.ts";
import { loadConfig, type Config } from "../lib/config/config.ts";
import {
  closeInheritedDescriptors,
  endOnFault,
  exposureWarning,
  greeting,
  publishDiscovery,
  publishedUrl,
  sandboxLine,
  stopOnSignal,
  type ServerHealth,
  withPrivateListener,
} from "../lib/server/index.ts";
import type { Sandbox } from "../lib/ports/sandbox.ts";
import { faultSentence, holdDataFolder } from "../lib/storage/index.ts";

export interface RunningServer {
  url: string;
  dataDir: string;
  /** The default model; null when none is chosen. */
  model: string | null;
  health: ServerHealth;
  /** Tests itself at the first call of `ready`. */
  sandbox: Pick<Sandbox, "ready">;
  /** For people: what a restore of the databases meant; null when there was none. */
  restored: string | null;
  /** Stops in order. Running tasks go on in the next run. */
  stop(): Promise<void>;
}

/** Starts one server on one data folder. Throws an Error that tells a person what to do when it cannot start. */
export async function startServer(
  config: Readonly<Config>,
  options: AssembleOptions = {},
): Promise<RunningServer> {
  const release = holdDataFolder({ ...config, holder: () => publishedUrl(config.dataDir) });
  try {
    const server = await withPrivateListener(config, () => open(config, options));
    return { ...server, stop: () => server.stop().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** Listens, lets clients on this host find the server, and goes on with what the run before left unfinished. */
async function open(config: Readonly<Config>, options: AssembleOptions): Promise<RunningServer> {
  const { dataDir, host, port } = config;
  const { server, core, start, close, ...assembled } = await assemble(config, options);
  const restored = await core.restore(); // Before any request is served and any task goes on.
  const url = await server.listen({ host, port });
  const withdraw = publishDiscovery({ ...assembled, dataDir, url, version, pid: process.pid });
  start();
  const stop = () => {
    withdraw();
    return close();
  };
  return { ...assembled, url, dataDir, restored, stop };
}

/** The program. Starts the server, prints its address, and stops in order on SIGTERM or SIGINT; a second signal ends it at once. */
export async function main(): Promise<void> {
  try {
    const config = loadConfig();
    closeInheritedDescriptors(config.replicaKeysDescriptor);
    const current: { starting?: Promise<RunningServer> } = {};
    // Set before the start: a deploy may stop a server that is still starting.
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
    console.log(sandboxLine(await server.sandbox.ready()));
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    console.error(`\n  ${sentence.replaceAll("\n", "\n  ")}\n`);
    process.exitCode = 1;
  }
}
