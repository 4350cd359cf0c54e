import type { DatabaseName } from "../database-name.ts";

/** The result of a restore into a separate folder, which was then inspected. Stored as drill.json in the data folder. */
export interface Drill {
  /** When the drill began, RFC 3339. */
  at: string;
  /** Restored from the replica, or from the newest hourly copy; null when nothing could be restored. */
  source: "replica" | "copy" | null;
  /** How long the restore of the databases took. */
  restoreSeconds: number;
  /** How much a loss of the disk at that moment would have cost; null when there is no live data to compare with. */
  recoveryPointSeconds: number | null;
  /** Everything found that is wrong; empty when the drill passed. */
  breaches: string[];
  /** When the last drill without a breach began, this one or an earlier one; RFC 3339. */
  lastGoodAt: string | null;
}

/** What the three databases in a folder contain. */
export interface DatabaseFacts {
  /** Time of the newest record in each database, milliseconds since the epoch; null for an empty one. */
  newest: Readonly<Record<DatabaseName, number | null>>;
  sessions: number;
  events: number;
  sessionsWithoutAgent: number;
  /** Sessions whose event log does not end where the session says. */
  sessionsWithoutTheirLog: string[];
  /** Files whose bytes are not on this disk. */
  filesWithoutBytes: { name: string; sha256: string }[];
}

/** How many seconds a restore may lose at most: a minute from the replica, two hours from the hourly copies. */
export const recoveryPointSecondsMax = { replica: 60, copy: 7200 } as const;

/** How many seconds a loss of the live databases would have cost; null when they are empty. */
export function recoveryPointSeconds(
  live: DatabaseFacts["newest"],
  restored: DatabaseFacts["newest"],
): number | null {
  const lost = (["chat_history", "agents", "settings"] as const).flatMap((name) => {
    const at = live[name];
    return at === null ? [] : [Math.max(0, at - (restored[name] ?? 0)) / 1000];
  });
  return lost.length === 0 ? null : Math.max(...lost);
}
