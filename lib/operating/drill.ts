import type { DatabaseName } from "../database-name.ts";

/** A restore to a place where nobody works, and what was found there. Kept as drill.json in the data folder. */
export interface Drill {
  /** RFC 3339; when it began. */
  at: string;
  /** The replica, or the newest of the hourly copies; null where nothing could be restored. */
  source: "replica" | "copy" | null;
  /** How long it took to bring the databases back. */
  restoreSeconds: number;
  /** What a loss of the disk at that moment would have cost; null where there is nothing live to compare with. */
  recoveryPointSeconds: number | null;
  /** What must not be; nothing when all is well. */
  breaches: string[];
  /** The last one without a breach, this one or an earlier one; RFC 3339. */
  lastGoodAt: string | null;
}

/** What the three databases in a folder say together. */
export interface DatabaseFacts {
  /** Time of the newest thing in each, milliseconds since the epoch; null where there is none. */
  newest: Readonly<Record<DatabaseName, number | null>>;
  sessions: number;
  events: number;
  sessionsWithoutAgent: number;
  /** Sessions whose log does not end where its count says. */
  sessionsWithoutTheirLog: string[];
  /** Files whose bytes are not on this disk. */
  filesWithoutBytes: { name: string; sha256: string }[];
}

/** A restore may cost this much at most, in seconds: a minute of the replica's, or two hours of the hourly copies'. */
export const recoveryPointSecondsMax = { replica: 60, copy: 7200 } as const;

/** What a loss of the live databases would have cost, in seconds; null when there was nothing in them. */
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
