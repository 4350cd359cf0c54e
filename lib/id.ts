const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdPrefix = "ses" | "tsk" | "msg" | "act" | "fil" | "wsp" | "agt";

/** Makes ids that sort by creation: 10 characters of time, 16 of randomness, Crockford base 32, lower case. */
export type NewId = (prefix: IdPrefix) => string;

export interface IdSources {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Fills the array with random bytes. */
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
}

export function createIds({ now, random }: IdSources): NewId {
  let time = 0;
  let tail = new Uint8Array(16);
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
