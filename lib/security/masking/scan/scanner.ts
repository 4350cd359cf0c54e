import type { Masker } from "../../../settings.ts";
import type { MatchPlace, Match, SecretPattern } from "./pattern.ts";

export interface ScanOptions {
  /** Characters before `from` were scanned before; they are only looked at. */
  from: number;
  /** No text follows. */
  isWhole: boolean;
}

export interface Scanned {
  output: string;
  /** Text from here on is undecided; give it again with what follows. */
  end: number;
}

/** Masks what the patterns match in one pass over the text. Where two match, the one that starts first counts, then the first in the list. */
export type Scan = (text: string, options: ScanOptions) => Scanned;

const codes = 1 << 15;

export function createScan(patterns: readonly SecretPattern[]): Scan {
  if (patterns.length === 0) return (text, { from }) => ({ output: text.slice(from), end: text.length });
  const index = indexAnchors(patterns);
  return (text, options) => scan(index, text, options);
}

interface AnchorIndex {
  /** By code of the first three characters: which bucket holds the patterns; 0: none. */
  bucketOf: Uint16Array;
  buckets: readonly (readonly SecretPattern[])[];
  /** The first one and two characters of all anchors, in lower case. */
  starts: ReadonlySet<string>;
}

function indexAnchors(patterns: readonly SecretPattern[]): AnchorIndex {
  const bucketOf = new Uint16Array(codes);
  const buckets: SecretPattern[][] = [[]];
  const starts = new Set<string>();
  for (const pattern of patterns) {
    for (const anchor of pattern.anchors) {
      const code = codeOf(anchor);
      if (bucketOf[code] === 0) bucketOf[code] = buckets.push([]) - 1;
      const bucket = buckets[bucketOf[code] ?? 0];
      if (bucket?.at(-1) !== pattern) bucket?.push(pattern);
      starts.add(anchor.slice(0, 1).toLowerCase()).add(anchor.slice(0, 2).toLowerCase());
    }
  }
  return { bucketOf, buckets, starts };
}

/** Five bits of each of the first three characters. Upper and lower case of a letter have the same bits. */
function codeOf(anchor: string): number {
  const bits = (at: number) => anchor.charCodeAt(at) & 31;
  return (bits(0) << 10) | (bits(1) << 5) | bits(2);
}

function scan(index: AnchorIndex, text: string, { from, isWhole }: ScanOptions): Scanned {
  const { bucketOf, buckets } = index;
  let output = "";
  let copied = from;
  let first = from; // No match starts before it.
  let code = 0;
  for (let at = from; at < text.length; at++) {
    code = ((code << 5) | (text.charCodeAt(at) & 31)) & (codes - 1);
    const bucket = bucketOf[code] ?? 0;
    if (bucket === 0 || at - 2 < first) continue;
    const match = matchAny(buckets[bucket] ?? [], { text, at: at - 2, isWhole });
    if (match === undefined) continue;
    if (match === "open") return { output: output + text.slice(copied, at - 2), end: at - 2 };
    output += text.slice(copied, match.start) + match.replacement;
    copied = first = match.end;
    at = match.end - 1;
  }
  const end = isWhole ? text.length : startOfOpenTail(index, text, first);
  return { output: output + text.slice(copied, end), end };
}

function matchAny(patterns: readonly SecretPattern[], place: MatchPlace): Match {
  for (const pattern of patterns) {
    const match = pattern.match(place);
    if (match !== undefined) return match;
  }
  return undefined;
}

/** The last one or two characters may begin an anchor. */
function startOfOpenTail({ starts }: AnchorIndex, text: string, first: number): number {
  for (const length of [2, 1]) {
    const start = text.length - length;
    if (start >= first && starts.has(text.slice(start).toLowerCase())) return start;
  }
  return text.length;
}

/** Patterns look at this many characters before a match. */
const contextCharacters = 24;

/** Masks one text that comes in pieces. What it gives out does not depend on where the pieces end. */
export function createMasker(scan: () => Scan): Masker {
  let context = "";
  let held = "";
  const advance = (text: string, isWhole: boolean) => {
    const all = context + held + text;
    const { output, end } = scan()(all, { from: context.length, isWhole });
    context = all.slice(Math.max(0, end - contextCharacters), end);
    held = all.slice(end);
    return output;
  };
  return {
    push: (text) => advance(text, false),
    end: () => advance("", true),
  };
}
