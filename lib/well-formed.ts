/**
 * Well-formed text has no half of a surrogate pair. Requests with other text are refused; text of a model or a tool cannot
 * be refused, so each such half becomes U+FFFD. SQLite does the same with a text column, so all that is stored and
 * answered agrees.
 */

/** The JSON of a value, well-formed. `undefined` becomes `null`. */
export function wellFormedJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.includes(loneHalf) ? text.replace(escapes, withoutHalf) : text;
}

/** The same JSON value, well-formed. */
export function wellFormed<T>(value: T): T {
  const text = JSON.stringify(value ?? null);
  // It has the form it had: only characters inside its texts change.
  return text.includes(loneHalf) ? (JSON.parse(wellFormedJson(value)) as T) : value;
}

/** The first characters of a text; never half of a surrogate pair. */
export function head(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  return text.slice(0, charactersMax).replace(/[\uD800-\uDBFF]$/, "");
}

/** JSON.stringify writes a whole pair as it is, and a half as an escape in lower case. */
const loneHalf = "\\ud";
/** Each escape is taken whole, so that the second backslash of `\\ud800` begins none. */
const escapes = /\\(?:u[0-9a-f]{4}|.)/g;

function withoutHalf(escape: string): string {
  return escape.startsWith(loneHalf) ? "\uFFFD" : escape;
}
