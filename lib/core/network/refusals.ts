import type { HostTarget } from "../../ports/network.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { NetworkDenied, TrackedCommand } from "./running-commands.ts";

/** Refusals of one command that are told. A command may try any number of hosts. */
const refusalsToldMax = 50;

/** Tells the session of the command that a host was refused, once for each host. */
export function recordRefusal(
  { storage, reportFault }: Pick<Runtime, "reportFault" | "storage">,
  command: TrackedCommand,
  refusal: HostTarget & Pick<NetworkDenied, "reason">,
): void {
  const name = `${refusal.host}:${refusal.port}`;
  const { told, sessionId, taskId, toolCallId, workspaceId } = command;
  if (told.has(name) || told.size >= refusalsToldMax) return;
  told.set(name, refusal.reason);
  const data: NetworkDenied = { workspaceId, ...refusal, toolCallId };
  try {
    storage.atomically("host.deny", () => {
      if (storage.sessions.outline(sessionId) === undefined) return; // Deleted meanwhile.
      storage.events.append(sessionId, [{ type: "network.denied", taskId, data }]);
    });
  } catch (error) {
    told.delete(name);
    reportFault(`The refusal of ${name} is not on record`, error);
  }
}
