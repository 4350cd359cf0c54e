import type { SnapshotFrame } from "../event.ts";
import { createLruMap } from "../ports/lru-map.ts";
import type { Snapshot } from "../session.ts";

/** Sessions whose last snapshot is kept. */
const keptMax = 100;

/**
 * Readers at the same end of the log get the same snapshot: a session changes only together with its log. So a thousand
 * readers that reconnect at once cost one snapshot.
 */
export function createSnapshots(
  snapshot: (sessionId: string) => Snapshot,
): (sessionId: string, lastSequence: number) => SnapshotFrame {
  const kept = createLruMap<string, { lastSequence: number; frame: SnapshotFrame }>(keptMax);
  return (sessionId, lastSequence) => {
    const found = kept.get(sessionId);
    if (found?.lastSequence === lastSequence) return found.frame;
    const frame = { type: "snapshot", sessionId, data: snapshot(sessionId) } as const;
    kept.set(sessionId, { lastSequence, frame });
    return frame;
  };
}
