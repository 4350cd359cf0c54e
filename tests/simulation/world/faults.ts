import type { Random } from "../draws/random.ts";

/** All that may go wrong, each counted when it does. Every kind has to happen in a long run. */
export const faultKinds = [
  "rate limit",
  "server error",
  "overload",
  "stream cut",
  "malformed JSON",
  "duplicate call ids",
  "unknown tool",
  "wrong input",
  "stall",
  "empty answer",
  "refusal",
  "10 MB arguments",
  "command timeout",
  "non-zero exit",
  "tool throws",
  "huge output",
  "disk full on write",
  "command killed",
  "fetch fails",
  "database locked",
  "storage full",
  "crash at a failpoint",
  "crash between steps",
  "loop left over",
  "time +10 days",
  "time −1 hour",
  "double send",
  "double decision",
  "late decision",
  "cancel",
  "session deleted",
  "reader cut",
  "clean stop",
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Faults {
  /** True, and counted, as often as `probability` says while faults go on. */
  strikes(kind: FaultKind, probability: number): boolean;
  count(kind: FaultKind): void;
  readonly counts: ReadonlyMap<FaultKind, number>;
  /** From here on nothing goes wrong. */
  end(): void;
  readonly areOver: boolean;
}

export function createFaults(random: Random): Faults {
  const counts = new Map<FaultKind, number>();
  let areOver = false;
  const count = (kind: FaultKind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return {
    strikes: (kind, probability) => {
      if (areOver || !random.chance(probability)) return false;
      count(kind);
      return true;
    },
    count,
    counts,
    end: () => (areOver = true),
    get areOver() {
      return areOver;
    },
  };
}
