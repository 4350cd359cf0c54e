const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdPrefix = "ses" | "tsk" | "msg" | "act" | "fil" | "wsp" | "agt";

/** Makes ids that sort by creation: 10 characters of time, 16 of randomness, Crockford base 32, lower case. */
export type NewId = (prefix: IdPrefix) => string;

export interface IdSources {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Fills the array with random bytes. */
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
  /** The newest id that exists. New ids sort after it, also when the clock was set back between two runs of the server. */
  after?: string | undefined;
}

export function createIds({ now, random, after }: IdSources): NewId {
  const newTail = () => random(new Uint8Array(16)).map((byte) => byte & 31) as Uint8Array<ArrayBuffer>;
  // One millisecond later, because the next number may belong to something that was not stored.
  let time = after === undefined ? 0 : timeOf(after) + 1;
  let tail = newTail();
  return (prefix) => {
    const at = now();
    if (at > time) {
      time = at;
      tail = newTail();
    } else {
      increment(tail); // In the same millisecond, or when the clock went back, ids still sort by creation.
    }
    return `${prefix}_${encodeTime(time)}${Array.from(tail, (digit) => alphabet[digit]).join("")}`;
  };
}

function timeOf(id: string): number {
  return Array.from(id.slice(4, 14)).reduce((sum, digit) => sum * 32 + alphabet.indexOf(digit), 0);
}

function encodeTime(time: number): string {
  let text = "";
  for (let rest = time, place = 0; place < 10; place++, rest = Math.floor(rest / 32)) {
    text = `${alphabet[rest % 32]}${text}`;
  }
  return text;
}

function increment(digits: Uint8Array): void {
  for (let place = digits.length - 1; place >= 0; place--) {
    const next = ((digits[place] ?? 0) + 1) % 32;
    digits[place] = next;
    if (next !== 0) return;
  }
}
