import type { HostGate } from "../../../lib/ports/network.ts";
import type { Storage } from "../../../lib/ports/storage.ts";
import { must } from "../audit/breach.ts";
import type { Life } from "../life.ts";
import type { Stage } from "../stage.ts";

interface Network {
  gate: HostGate;
  /** What is really on record. */
  storage: Storage;
  life: Life;
  stage: Stage;
}

/** Asks for a connection as the proxy does. Where it is allowed, a person must have granted the host. */
export async function connectTo(
  { gate, storage, life, stage }: Network,
  ...[workspaceId, host, signal]: [workspaceId: string, host: string, signal: AbortSignal]
): Promise<void> {
  const verdict = await gate.decide(workspaceId, { host, port: 443 }, signal);
  stage.trace.say(`    ${life.number} ${host} is ${verdict.isGranted ? "granted" : "refused"}`);
  if (!verdict.isGranted || life.isOver) return;
  const tasks = storage.workspaces
    .sessionIds(workspaceId)
    .flatMap((sessionId) => storage.tasks.list({ sessionId, limit: 1000 }));
  const approved = tasks
    .flatMap(({ id }) => storage.actions.hostsOf(id))
    .filter(({ state, input }) => state === "approved" && input["host"] === host);
  life.guarded(() =>
    must(
      "a host is reached only when a person has granted it",
      approved.length > 0,
      () => `${host} was reached from ${workspaceId}, and no approval is on record.`,
    ),
  );
}
