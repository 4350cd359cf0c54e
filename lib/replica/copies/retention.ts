const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** For this long one copy of each hour is kept, then one of each day. */
const hourlyKeptMs = 48 * hourMs;
const dailyKeptMs = 14 * dayMs;
/** A copy that is older and still not complete was given up. */
const unfinishedKeptMs = 6 * hourMs;

export interface DatabaseCopy {
  /** Milliseconds since the epoch. */
  at: number;
  isComplete: boolean;
}

/** The copies to remove. Of each hour or day the newest complete copy is kept. The newest of all is kept at any age. */
export function expiredCopies<T extends DatabaseCopy>(copies: readonly T[], now: number): T[] {
  const complete = copies.filter(({ isComplete }) => isComplete).toSorted((one, other) => other.at - one.at);
  const spans = new Set<string>();
  const kept = new Set<T>();
  for (const [index, copy] of complete.entries()) {
    const age = now - copy.at;
    if (index > 0 && age > dailyKeptMs) break;
    const span =
      age <= hourlyKeptMs ? `hour ${Math.floor(copy.at / hourMs)}` : `day ${Math.floor(copy.at / dayMs)}`;
    if (!spans.has(span)) kept.add(copy);
    spans.add(span);
  }
  return copies.filter((copy) => !kept.has(copy) && (copy.isComplete || now - copy.at > unfinishedKeptMs));
}
