import type { Alarm } from "../../operating/alarm.ts";
import type { Config } from "../../config/config.ts";
import type { SandboxReport } from "../../ports/sandbox.ts";
import type { Services } from "../../ports/services.ts";

export interface DescriptionOptions {
  config: Readonly<Config>;
  version: string;
  contract: Record<string, unknown> & { info: { version: string } };
  startedAt: string;
  sandbox: { report(): SandboxReport };
  alarms(): Alarm[];
}

/** What the server publishes about itself: version, capabilities, limits and alarms. */
export function createDescription(options: DescriptionOptions): Services["server"] {
  const { config, version, contract, startedAt, sandbox, alarms } = options;
  return {
    contract: () => contract,
    describe: () => ({
      name: "talkcody",
      version,
      contractVersion: contract.info.version,
      startedAt,
      capabilities: {
        localRepositories: config.allowLocalRepositories,
        processIsolation: sandbox.report().state === "on",
        transports: ["sse", "websocket"],
      },
      sandbox: sandbox.report(),
      limits: {
        bodyBytesMax: config.bodyBytesMax,
        fileBytesMax: config.fileBytesMax,
        queuedMessagesMax: config.queuedMessagesMax,
        runningTasksMax: config.runningTasksMax,
      },
      alarms: alarms(),
    }),
  };
}
