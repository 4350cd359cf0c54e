import { assemble, type AssembleOptions } from "../../../app/assemble.ts";
import { createFunction } from "../../../deploy/lambda/create-function.ts";
import type { Config } from "../../../lib/config/config.ts";
import { holdDataFolder } from "../../../lib/storage/index.ts";
import type { RunningServer } from "../../../app/main.ts";
import { openBridge } from "./bridge.ts";

/** A server at work in this process, reached through the function door of the same house: what that refuses goes in by the other. */
export async function startBehindFunction(
  config: Readonly<Config>,
  surroundings: AssembleOptions,
): Promise<RunningServer> {
  const release = holdDataFolder(config);
  const { server, model, health, sandbox, start, close } = await assemble(config, surroundings);
  const answer = await server.openFunction();
  const handler = createFunction(() => Promise.resolve({ value: answer, close: () => Promise.resolve() }));
  const alwaysOn = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
  const bridge = await openBridge(handler, alwaysOn);
  start();
  return {
    ...{ url: bridge.url, dataDir: config.dataDir, model, health, sandbox, restored: null },
    stop: async () => {
      await close().finally(release);
      await bridge.close();
    },
  };
}
