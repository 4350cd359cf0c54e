import { isDeepStrictEqual } from "node:util";

/** What a breach is about; each has its line in the report. */
export const breachKinds = [
  "lost",
  "duplicated",
  "gap",
  "difference",
  "orphan",
  "unfinished",
  "damaged",
  "fault",
] as const;

export interface Breach {
  kind: (typeof breachKinds)[number];
  /** A sentence: what was promised, and what is. */
  what: string;
  expected?: unknown;
  came?: unknown;
}

/** A breach of this kind unless both are the same. */
export function same(
  kind: Breach["kind"],
  what: string,
  { expected, came }: { expected: unknown; came: unknown },
): Breach[] {
  return isDeepStrictEqual(came, expected) ? [] : [{ kind, what, expected, came }];
}

export function unless(isSo: boolean, breach: Breach): Breach[] {
  return isSo ? [] : [breach];
}
