/**
 * Holds a text against a pattern of `*` (any run of characters) and `?` (any one); `\` takes the next character as it
 * stands. All places where the pattern may stand are followed at once, one bit each, so no pattern and no text can stall
 * the server: the time grows with the text, and with every 32 characters of the pattern.
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

/** A pattern that matches this text and no other. */
export function literalPattern(text: string): string {
  return text.replace(/[\\*?]/g, "\\$&");
}

/** Whether the pattern matches one text only. */
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
  /** Characters that the pattern takes, its last place. */
  length: number;
  /** Places that a star lets take any character without moving. */
  stays: Uint32Array;
  /** For a character: the places that it leads to from the one before. */
  steps: Map<string, Uint32Array>;
  /** The same for every character that the pattern does not name. */
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

/** Moves every place on by one character; false when none is left. */
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
