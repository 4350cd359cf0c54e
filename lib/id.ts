const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdPrefix = "ses" | "tsk" | "msg" | "act" | "fil" | "wsp" | "agt";

/** Makes ids that sort by creation: 10 characters of time, 16 of randomness, Crockford base 32, lower case. */
export type NewId = (prefix: IdPrefix) => string;

export interface IdSources {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Fills the array with random bytes. */
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
  /** The newest id of all that there are: others sort behind it, also when the clock was set back between two lives. */
  after?: string | undefined;
}

export function createIds({ now, random, after }: IdSources): NewId {
  let { time, tail } = after === undefined ? { time: 0, tail: new Uint8Array(16) } : decode(after);
  return (prefix) => {
    const at = now();
    if (at > time) {
      time = at;
      tail = random(new Uint8Array(16)).map((byte) => byte & 31) as Uint8Array<ArrayBuffer>;
    } else {
      increment(tail); // The same or an earlier millisecond: stay in order whatever the clock does.
    }
    return `${prefix}_${encodeTime(time)}${Array.from(tail, (digit) => alphabet[digit]).join("")}`;
  };
}

function decode(id: string): { time: number; tail: Uint8Array<ArrayBuffer> } {
  const digits = Array.from(id.slice(4), (character) => alphabet.indexOf(character));
  return {
    time: digits.slice(0, 10).reduce((sum, digit) => sum * 32 + digit, 0),
    tail: Uint8Array.from(digits.slice(10)),
  };
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
