import { markerOf } from "../../../ports/masking.ts";
import { type Match, type MatchPlace, type SecretPattern } from "../scan/pattern.ts";
import { characters, runEnd } from "./characters.ts";

const partMax = 256;
/** What a user name or a password in a URL may contain. */
const ofPart = characters("!#$%&()*+,.0-9;=?A-Za-z\\[\\]^_{|}~\\\\-");

/** Texts that stand for a password in examples. */
const placeholder = /^(?:user(?:name)?|pass(?:word|wd)?|pwd|secret|token|key|x+|\*+|\.+)$|[${}<>]|%s/i;

/** The password of `scheme://user:password@host`. Placeholders such as `password` and `$PASSWORD` stay. */
export const urlPassword: SecretPattern = { anchors: ["://"], match: matchPassword };

function matchPassword({ text, at, isWhole }: MatchPlace): Match {
  if (text.slice(at, at + 3) !== "://") return undefined;
  const userEnd = runEnd(text, { at: at + 3, of: ofPart, max: partMax });
  if (userEnd === text.length) return isWhole ? undefined : "open";
  if (text[userEnd] !== ":") return undefined;
  const start = userEnd + 1;
  const end = runEnd(text, { at: start, of: ofPart, max: partMax });
  if (end === text.length) return isWhole ? undefined : "open";
  if (text[end] !== "@" || end === start || placeholder.test(text.slice(start, end))) return undefined;
  return { start, end, replacement: markerOf("password") };
}
