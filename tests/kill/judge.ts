import { rmSync } from "node:fs";
import { type Breach, check } from "./check/index.ts";
import { play, type Played } from "./play.ts";
import type { Schedule } from "./plan/plan.ts";

export interface Judged extends Played {
  breaches: Breach[];
}

/** Plays a schedule and holds what came of it against what was promised. The folder of one that went well is removed. */
export async function judge(schedule: Schedule, { isKept = false } = {}): Promise<Judged> {
  const played = await play(schedule);
  const faults = played.faults.map((what): Breach => ({ kind: "fault", what }));
  const breaches = [...faults, ...(played.outcome === undefined ? [] : check(played.outcome))];
  if (breaches.length === 0 && !isKept)
    rmSync(played.folder, { recursive: true, force: true, maxRetries: 3 });
  return { ...played, breaches };
}
