import { UsageError } from "./failures.ts";

/** The end of an id, because ids differ most there. */
export function shortId(id: string): string {
  return id.slice(-6);
}

export interface Choice {
  id: string;
  /** Shown in the error when several ids fit. */
  label: string;
}

/** Finds the id that a person gave whole, or by its beginning or end. Throws UsageError unless exactly one fits. */
export function pick(what: string, given: string, choices: readonly Choice[]): string {
  const wanted = given.trim().toLowerCase();
  const exact = choices.find(({ id }) => id === wanted);
  if (exact) return exact.id;
  const found = wanted === "" ? [] : choices.filter(({ id }) => fits(id, wanted));
  const [first, second] = found;
  if (first === undefined) throw new UsageError(`No ${what} has an id like ${JSON.stringify(given)}.`);
  if (second === undefined) return first.id;
  const several = found.slice(0, 5).map(({ id, label }) => `${shortId(id)} (${label})`);
  throw new UsageError(
    `${JSON.stringify(given)} fits ${found.length} ${what}s: ${several.join(", ")}. Give more of the id.`,
  );
}

export function isWholeId(given: string, prefix: "ses" | "tsk" | "act"): boolean {
  return new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`).test(given);
}

function fits(id: string, wanted: string): boolean {
  return id.endsWith(wanted) || id.startsWith(wanted) || id.slice(id.indexOf("_") + 1).startsWith(wanted);
}
