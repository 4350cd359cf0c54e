import { createLruMap } from "../../ports/lru-map.ts";

/**
 * The pattern of a rule, ready to be compared with many texts: `*` stands for any characters or none, `?` for exactly one,
 * and `\` makes the next character literal. The time of a comparison grows with the length of the text, never with its
 * square, whatever the pattern and the text are.
 */
export interface RulePattern {
  matches(text: string): boolean;
  /** Whether a text that begins with `start` can match. */
  canContinue(start: string): boolean;
  /** The pattern has no wildcard. */
  isLiteral: boolean;
}

/** Every pattern is compiled once. This many are kept: the rules of a few sessions at their limits. */
const patternsMax = 2000;
const compiled = createLruMap<string, RulePattern>(patternsMax);

export function compilePattern(pattern: string): RulePattern {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = createPattern(pattern);
  compiled.set(pattern, made);
  return made;
}

/** A pattern that matches only this text. */
export function literalPattern(text: string): string {
  return text.replace(/[\\*?]/g, "\\$&");
}

/** What stands between two stars: characters, and `null` for each `?`. */
type Piece = readonly (string | null)[];

function createPattern(pattern: string): RulePattern {
  const [first = [], ...rest] = piecesOf(pattern);
  const last = rest.pop();
  const finders = rest.filter((piece) => piece.length > 0).map(createFinder);
  return {
    matches: (text) => {
      if (!startsWith(text, first)) return false;
      if (last === undefined) return text.length === first.length;
      // The leftmost place of each piece leaves the most room for the next ones.
      const end = finders.reduce((from, find) => (from < 0 ? from : find(text, from)), first.length);
      return end >= 0 && end + last.length <= text.length && endsWith(text, last);
    },
    canContinue: (start) => {
      if (last === undefined && start.length > first.length) return false;
      return startsWith(start, first.slice(0, start.length));
    },
    isLiteral: last === undefined && !first.includes(null),
  };
}

function piecesOf(pattern: string): Piece[] {
  const pieces: (string | null)[][] = [[]];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === "*") pieces.push([]);
    else if (character === "?") pieces.at(-1)?.push(null);
    else pieces.at(-1)?.push(character === "\\" ? pattern.charAt(++at) || "\\" : character);
  }
  return pieces;
}

function startsWith(text: string, piece: Piece): boolean {
  return text.length >= piece.length && fits(text, piece, 0);
}

function endsWith(text: string, piece: Piece): boolean {
  return fits(text, piece, text.length - piece.length);
}

function fits(text: string, piece: Piece, at: number): boolean {
  return piece.every((wanted, index) => wanted === null || wanted === text.charAt(at + index));
}

/** The end of the first place at or after `from` where the piece stands; -1 when there is none. */
type Finder = (text: string, from: number) => number;

function createFinder(piece: Piece): Finder {
  return piece.includes(null) ? createParallelFinder(piece) : createPlainFinder(piece.join(""));
}

/** The search of the engine is linear for texts without wildcards. */
function createPlainFinder(wanted: string): Finder {
  return (text, from) => {
    const at = text.indexOf(wanted, from);
    return at < 0 ? -1 : at + wanted.length;
  };
}

/** Follows all beginnings of the piece at once, one bit each: the time grows with text times piece / 32. */
function createParallelFinder(piece: Piece): Finder {
  const { steps, other } = stepsOf(piece);
  const known = literalsOf(piece);
  return (text, from) => {
    if (!known.every((literal) => text.includes(literal, from))) return -1; // Most texts end here, quickly.
    const places = new Uint32Array(other.length);
    for (let at = from; at < text.length; at++) {
      if (advance(places, steps.get(text.charAt(at)) ?? other, piece.length)) return at + 1;
    }
    return -1;
  };
}

/** The texts between the `?` of a piece. */
function literalsOf(piece: Piece): string[] {
  return piece
    .map((wanted) => wanted ?? "\0")
    .join("")
    .split("\0")
    .filter((literal) => literal !== "");
}

/** By character, the places of the piece where it may stand; `other` is for characters that only `?` accepts. */
function stepsOf(piece: Piece): { steps: Map<string, Uint32Array>; other: Uint32Array } {
  const other = new Uint32Array((piece.length >> 5) + 1);
  for (const [place, wanted] of piece.entries()) if (wanted === null) add(other, place);
  const steps = new Map<string, Uint32Array>();
  for (const [place, wanted] of piece.entries()) {
    if (wanted === null) continue;
    const places = steps.get(wanted) ?? other.slice();
    add(places, place);
    steps.set(wanted, places);
  }
  return { steps, other };
}

/** Moves every beginning on by one character and starts a new one. True when one is complete. */
function advance(places: Uint32Array, step: Uint32Array, length: number): boolean {
  let carry = 1;
  for (let word = 0; word < places.length; word++) {
    const now = places[word] ?? 0;
    places[word] = ((now << 1) | carry) & (step[word] ?? 0);
    carry = now >>> 31;
  }
  return has(places, length - 1);
}

function add(places: Uint32Array, place: number): void {
  places[place >> 5] = (places[place >> 5] ?? 0) | (1 << (place & 31));
}

function has(places: Uint32Array, place: number): boolean {
  return (((places[place >> 5] ?? 0) >>> (place & 31)) & 1) === 1;
}
