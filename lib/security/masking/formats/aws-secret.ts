import { markerOf } from "../../../ports/masking.ts";
import { type Match, type MatchPlace, type SecretPattern } from "../scan/pattern.ts";
import { characters, runEnd } from "./characters.ts";

const names = ["secret_access_key", "secretaccesskey", "secret-access-key"];
const between = characters(" \\t\"':=>\\\\");
const betweenMax = 12;
const ofSecret = characters("A-Za-z0-9/+");
const secretLength = 40;

/** The value of an assignment to a name such as `AWS_SECRET_ACCESS_KEY`. */
export const awsSecret: SecretPattern = { anchors: names, match: matchSecret };

function matchSecret({ text, at, isWhole }: MatchPlace): Match {
  const name = names.find((known) => text.slice(at, at + known.length).toLowerCase() === known);
  if (name === undefined) return !isWhole && isStart(text.slice(at)) ? "open" : undefined;
  const nameEnd = at + name.length;
  const start = runEnd(text, { at: nameEnd, of: between, max: betweenMax });
  const end = runEnd(text, { at: start, of: ofSecret, max: secretLength + 1 });
  if (end === text.length && !isWhole) return "open";
  if (!/[=:]/.test(text.slice(nameEnd, start)) || end - start !== secretLength) return undefined;
  const secret = text.slice(start, end);
  const isMixed = /[A-Z]/.test(secret) && /[a-z]/.test(secret) && /[\d/+]/.test(secret);
  return isMixed ? { start, end, replacement: markerOf("aws secret key") } : undefined;
}

function isStart(rest: string): boolean {
  return names.some((name) => rest.length < name.length && name.startsWith(rest.toLowerCase()));
}
