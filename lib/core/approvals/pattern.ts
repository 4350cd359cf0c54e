/**
 * Whether a text matches a pattern: `*` stands for any characters or none, `?` for exactly one, and `\` makes the next
 * character literal. The matcher follows all possible positions in the pattern at once, one bit each. So no pattern and no
 * text can stall the server: the time grows with the length of the text times the length of the pattern / 32.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const { length, stays, steps, other } = compile(tokenize(pattern));
  const places = new Uint32Array(stays.length);
  places[0] = 1;
  for (let at = 0; at < text.length; at++) {
    if (!advance(places, stays, steps.get(text.charAt(at)) ?? other)) return false;
  }
  return has(places, length);
}

/** A pattern that matches only this text. */
export function literalPattern(text: string): string {
  return text.replace(/[\\*?]/g, "\\$&");
}

/** Whether the pattern has no wildcard. */
export function isLiteral(pattern: string): boolean {
  return tokenize(pattern).every((token) => typeof token === "string");
}

const anyRun = Symbol("*");
const anyOne = Symbol("?");

function tokenize(pattern: string): (string | symbol)[] {
  const tokens: (string | symbol)[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === "*") tokens.push(anyRun);
    else if (character === "?") tokens.push(anyOne);
    else tokens.push(character === "\\" ? pattern.charAt(++at) || "\\" : character);
  }
  return tokens;
}

interface Compiled {
  /** Characters that the pattern consumes, stars left out. A text matches when it ends at this position. */
  length: number;
  /** Positions with a star: any character is consumed without a move. */
  stays: Uint32Array;
  /** By character: the positions that it leads to, each from the position before. */
  steps: Map<string, Uint32Array>;
  /** The same for characters that the pattern does not name: only `?` consumes them. */
  other: Uint32Array;
}

function compile(tokens: readonly (string | symbol)[]): Compiled {
  const wanted = tokens.filter((token) => token !== anyRun);
  const words = (wanted.length >> 5) + 1;
  const stays = new Uint32Array(words);
  const other = new Uint32Array(words);
  let place = 0;
  for (const token of tokens) {
    if (token === anyRun) add(stays, place);
    else if (++place && token === anyOne) add(other, place);
  }
  const steps = new Map<string, Uint32Array>();
  for (const [before, token] of wanted.entries()) {
    if (typeof token !== "string") continue;
    const places = steps.get(token) ?? other.slice();
    add(places, before + 1);
    steps.set(token, places);
  }
  return { length: wanted.length, stays, steps, other };
}

/** Moves every position on by one character. False when no position is left, so the text cannot match. */
function advance(places: Uint32Array, stays: Uint32Array, step: Uint32Array): boolean {
  let carry = 0;
  let left = 0;
  for (let word = 0; word < places.length; word++) {
    const now = places[word] ?? 0;
    const next = (((now << 1) | carry) & (step[word] ?? 0)) | (now & (stays[word] ?? 0));
    places[word] = next;
    carry = now >>> 31;
    left |= next;
  }
  return left !== 0;
}

function add(places: Uint32Array, place: number): void {
  places[place >> 5] = (places[place >> 5] ?? 0) | (1 << (place & 31));
}

function has(places: Uint32Array, place: number): boolean {
  return (((places[place >> 5] ?? 0) >>> (place & 31)) & 1) === 1;
}
