import { UsageError } from "./failures.ts";

/** The last characters of an id: the part that differs most. */
export function shortId(id: string): string {
  return id.slice(-6);
}

export interface Choice {
  id: string;
  /** For the message when several fit. */
  label: string;
}

/** Finds what a person means by a whole id, its beginning or its end. Throws UsageError when nothing fits, or more than one. */
export function pick(what: string, given: string, choices: readonly Choice[]): string {
  const wanted = given.trim().toLowerCase();
  const exact = choices.find(({ id }) => id === wanted);
  if (exact) return exact.id;
  const found = wanted === "" ? [] : choices.filter(({ id }) => fits(id, wanted));
  const [first, second] = found;
  if (first === undefined) throw new UsageError(`No ${what} is called ${JSON.stringify(given)}.`);
  if (second === undefined) return first.id;
  const several = found.slice(0, 5).map(({ id, label }) => `${shortId(id)} (${label})`);
  throw new UsageError(
    `${found.length} ${what}s are called ${JSON.stringify(given)}: ${several.join(", ")}. Give more of the id.`,
  );
}

export function isWholeId(given: string, prefix: "ses" | "tsk" | "act"): boolean {
  return new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`).test(given);
}

function fits(id: string, wanted: string): boolean {
  return id.endsWith(wanted) || id.startsWith(wanted) || id.slice(id.indexOf("_") + 1).startsWith(wanted);
}
