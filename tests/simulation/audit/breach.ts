import { isDeepStrictEqual } from "node:util";

/** What must always hold, by name. */
export const invariants = [
  "acknowledged messages exist exactly once",
  "acknowledged messages keep their order",
  "the log has no gap",
  "an event never changes",
  "a reader hears each event once and in order",
  "the folded log equals the stored state",
  "each tool call has one result before the next request",
  "no unsafe tool starts twice for one intent",
  "a finished task never changes",
  "one loop at most is at work in a session",
  "a host is reached only when a person has granted it",
  "an approval is used once and only when it holds",
  "costs are the sum of their steps",
  "a repeated request gets the first answer",
  "every task ends once faults stop",
  "nothing breaks but what was broken",
] as const;

export type Invariant = (typeof invariants)[number];

/** Something that must always hold did not. */
export class Breach extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, seen: string) {
    super(seen);
    this.name = "Breach";
    this.invariant = invariant;
  }
}

/** Throws a Breach unless both are the same as JSON. */
export function mustEqual(
  invariant: Invariant,
  what: string,
  { expected, came }: { expected: unknown; came: unknown },
): void {
  if (isDeepStrictEqual(expected, came)) return;
  const [wanted, got] = [canonical(expected), canonical(came)];
  if (wanted !== got) throw new Breach(invariant, `${what}\n  expected ${wanted}\n  came     ${got}`);
}

export function must(invariant: Invariant, isSo: boolean, seen: () => string): void {
  if (!isSo) throw new Breach(invariant, seen());
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : part,
    ) ?? "undefined"
  );
}
