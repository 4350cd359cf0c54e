import { type Failpoint, failpoints } from "../../../lib/ports/failpoint.ts";
import { type Breach, breachKinds } from "../check/index.ts";
import type { Judged } from "../judge.ts";

/** What many schedules came to. */
export interface Tally {
  schedules: number;
  failed: number;
  kills: { atFailpoints: number; atRandom: number; inRecovery: number };
  stops: number;
  acknowledged: number;
  breaches: Record<Breach["kind"], number>;
  bootsMs: number[];
  /** How often the process was ended at each. */
  hits: Map<Failpoint, number>;
  aimed: Set<Failpoint>;
}

export function emptyTally(): Tally {
  return {
    schedules: 0,
    failed: 0,
    kills: { atFailpoints: 0, atRandom: 0, inRecovery: 0 },
    stops: 0,
    acknowledged: 0,
    breaches: Object.fromEntries(breachKinds.map((kind) => [kind, 0])) as Tally["breaches"],
    bootsMs: [],
    hits: new Map(),
    aimed: new Set(),
  };
}

export function add(tally: Tally, { schedule, lives, breaches, acknowledged, bootsMs }: Judged): void {
  tally.schedules++;
  if (breaches.length > 0) tally.failed++;
  tally.acknowledged += acknowledged;
  tally.bootsMs.push(...bootsMs);
  for (const point of schedule.aims) tally.aimed.add(point);
  for (const { kind } of breaches) tally.breaches[kind]++;
  for (const { life, end, isReached } of lives) {
    if (end === "failpoint") tally.kills.atFailpoints++;
    if (end === "kill") tally.kills.atRandom++;
    if (end !== "stop" && life.isRecovery) tally.kills.inRecovery++;
    if (end === "stop") tally.stops++;
    if (isReached && "target" in life.ending && life.ending.target)
      tally.hits.set(life.ending.target.point, (tally.hits.get(life.ending.target.point) ?? 0) + 1);
  }
}

/** Failpoints at which nothing was ended. */
export function missed({ hits }: Tally): Failpoint[] {
  return failpoints.filter((point) => !hits.has(point));
}

/** So many of a hundred take at most this long, in ms. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** With 95 % confidence, schedules fail at a lower rate than this: the bound of Clopper and Pearson. */
export function rateBelow({ schedules, failed }: Pick<Tally, "schedules" | "failed">): number {
  if (schedules === 0) return 1;
  if (failed === 0) return 1 - 0.05 ** (1 / schedules);
  let [low, high] = [failed / schedules, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (atMost(failed, { of: schedules, rate: middle }) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** The chance that at most so many of so many fail. */
function atMost(failed: number, { of, rate }: { of: number; rate: number }): number {
  let sum = 0;
  for (let count = 0, logarithm = of * Math.log1p(-rate); count <= failed; count++) {
    sum += Math.exp(logarithm);
    logarithm += Math.log((of - count) / (count + 1)) + Math.log(rate) - Math.log1p(-rate);
  }
  return sum;
}
