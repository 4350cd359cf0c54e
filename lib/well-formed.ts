import { AppError, type ProblemError } from "./errors.ts";

/**
 * One rule for every text: it is well-formed Unicode, without half of a surrogate pair. A request with other text is
 * refused, so that what is stored and answered is what was sent. Text of a model or a tool cannot be refused, so each such
 * half becomes U+FFFD. SQLite does the same with a text column, so all that is stored and answered agrees.
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

/** Throws invalid-request for a value with half of a surrogate pair in a text or in the name of a field. `text` is the JSON it came as. */
export function refuseIllFormedJson(text: string, value: unknown): void {
  if (!halfEscape.test(text)) return; // The bytes were UTF-8, so only an escape can be half of a pair.
  const error = findIllFormed(value);
  if (error) throw illFormed(error);
}

/** Throws invalid-request for a query that is not percent-encoded UTF-8. */
export function refuseIllFormedQuery(url: string | undefined): void {
  const query = /[?]([^#]*)/.exec(url ?? "")?.[1] ?? "";
  for (const pair of query.split("&")) {
    const [name = "", ...value] = pair.split("=");
    if (isEncoded(name) && isEncoded(value.join("="))) continue;
    const pointer = isEncoded(name) ? `query/${escaped(decodeURIComponent(name))}` : "query";
    throw illFormed({ pointer, detail: "expected percent-encoded UTF-8, got something else" });
  }
}

/** Throws invalid-request for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, { pointer }: { pointer: string }): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw illFormed({ pointer, detail: "expected UTF-8, got other bytes" }, cause);
  }
}

const halfEscape = /\\u[dD][89a-fA-F]/;

function illFormed({ pointer, detail }: ProblemError, cause?: unknown): AppError {
  const place = pointer === "" ? "The body" : pointer;
  return new AppError("invalid-request", `${place}: ${detail}.`, { cause, errors: [{ pointer, detail }] });
}

/** Without recursion, since a body may be nested as deep as it likes. */
function findIllFormed(root: unknown): ProblemError | undefined {
  const places = [{ value: root, pointer: "" }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { value, pointer } = place;
    if (typeof value === "string" && !value.isWellFormed()) return { pointer, detail: half };
    if (typeof value !== "object" || value === null) continue;
    for (const [name, part] of Object.entries(value)) {
      const below = `${pointer}/${escaped(name)}`;
      if (!name.isWellFormed()) return { pointer: below.toWellFormed(), detail: half };
      places.push({ value: part, pointer: below });
    }
  }
  return undefined;
}

const half = "expected well-formed Unicode, got half of a surrogate pair";

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Node hands the bytes of the target over as Latin-1, so what is not encoded would become other characters. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return /^[\x21-\x7e]*$/.test(text);
  } catch {
    return false;
  }
}
