import type { SnapshotFrame } from "../event.ts";
import type { Snapshot } from "../session.ts";

/** Sessions whose snapshot is kept for the next reader. */
const keptMax = 100;

/**
 * One snapshot for all readers who come at the same place of the log: what the log says last is what the session is,
 * so as long as no event was added the state is the same, and a thousand readers that come back together cost one.
 */
export function createSnapshots(
  snapshot: (sessionId: string) => Snapshot,
): (sessionId: string, lastSequence: number) => SnapshotFrame {
  const kept = new Map<string, { lastSequence: number; frame: SnapshotFrame }>();
  return (sessionId, lastSequence) => {
    const found = kept.get(sessionId);
    if (found?.lastSequence === lastSequence) return found.frame;
    const frame = { type: "snapshot", sessionId, data: snapshot(sessionId) } as const;
    kept.delete(sessionId);
    kept.set(sessionId, { lastSequence, frame });
    const [oldest = sessionId] = kept.keys();
    if (kept.size > keptMax) kept.delete(oldest);
    return frame;
  };
}
