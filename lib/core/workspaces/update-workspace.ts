import { timestamp } from "../../ports/clock.ts";
import type { WorkspaceChange } from "../../ports/workspace-store.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Changes the workspace on record, with an event for every session that uses it. */
export function updateWorkspace(
  { storage, clock }: Pick<Runtime, "clock" | "storage">,
  id: string,
  change: WorkspaceChange,
): void {
  const { workspaces, events } = storage;
  storage.atomically("workspace.update", () => {
    if (workspaces.get(id) === undefined) return; // Deleted while it was being cloned.
    const workspace = workspaces.update(id, change, timestamp(clock.now()));
    for (const sessionId of workspaces.sessionIds(id)) {
      events.append(sessionId, [{ type: "workspace.updated", data: { workspace } }]);
    }
  });
}
