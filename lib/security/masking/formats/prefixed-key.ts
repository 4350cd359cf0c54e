import { markerOf } from "../../../ports/masking.ts";
import { type Match, type MatchPlace, type SecretPattern } from "../scan/pattern.ts";
import { type Characters, isWordStart, runEnd } from "./characters.ts";

/** A key that begins with a fixed text, followed by characters of one set. */
export interface KeyFormat {
  name: string;
  prefixes: readonly string[];
  /** Upper and lower case of the prefix do not matter. */
  anyCase?: boolean;
  /** The prefix stays visible. */
  keepsPrefix?: boolean;
  body: Characters;
  min: number;
  /** A longer run is something else. */
  max: number;
  /** Looks at the whole run. Returns how many of its characters belong to the key; 0 when it is no key. By default all. */
  lengthOf?(run: string): number;
  /** By default the prefix must start a word. */
  mayFollow?(before: string): boolean;
}

export function prefixedKey(format: KeyFormat): SecretPattern {
  return { anchors: format.prefixes, match: (place) => matchKey(format, place) };
}

/** `mayFollow` sees this many characters. */
const beforeCharacters = 16;

function matchKey(format: KeyFormat, place: MatchPlace): Match {
  const { text, at, isWhole } = place;
  if (!mayStart(format, text, at)) return undefined;
  const prefixLength = prefixAt(format, place);
  if (prefixLength === undefined || prefixLength === "open") return prefixLength;
  const start = at + prefixLength;
  const end = runEnd(text, { at: start, of: format.body, max: format.max + 1 });
  if (end - start > format.max) return undefined;
  if (end === text.length && !isWhole) return "open";
  const length = end - start < format.min ? 0 : (format.lengthOf?.(text.slice(start, end)) ?? end - start);
  if (length < format.min) return undefined;
  return { start: format.keepsPrefix ? start : at, end: start + length, replacement: markerOf(format.name) };
}

function mayStart({ mayFollow }: KeyFormat, text: string, at: number): boolean {
  return mayFollow ? mayFollow(text.slice(Math.max(0, at - beforeCharacters), at)) : isWordStart(text, at);
}

/** The length of the prefix that the text has there; `open` when the text ends within one. */
function prefixAt(
  { prefixes, anyCase }: KeyFormat,
  { text, at, isWhole }: MatchPlace,
): number | "open" | undefined {
  const written = (length: number) => {
    const part = text.slice(at, at + length);
    return anyCase ? part.toLowerCase() : part;
  };
  const found = prefixes.find((prefix) => written(prefix.length) === prefix);
  if (found !== undefined || isWhole) return found?.length;
  const rest = text.length - at;
  const isOpen = prefixes.some((prefix) => rest < prefix.length && prefix.startsWith(written(rest)));
  return isOpen ? "open" : undefined;
}
