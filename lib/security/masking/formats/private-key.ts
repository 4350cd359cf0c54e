import { markerOf } from "../../../ports/masking.ts";
import { type Match, type MatchPlace, type SecretPattern } from "../scan/pattern.ts";

const anchor = "-----BEGIN ";
const header = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/y;
const headerMax = 64;
const trailer = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/;
/** The largest RSA keys in use have 13 KB. */
const blockMax = 32 * 1024;
const lineMax = 8 * 1024;

/** A PEM block or an armoured PGP key, with real line breaks or written as `\n`, also without its end. Each line becomes the marker, so that lines keep their numbers. */
export const privateKey: SecretPattern = { anchors: [anchor], match: matchBlock };

function matchBlock({ text, at, isWhole }: MatchPlace): Match {
  header.lastIndex = at;
  const found = header.exec(text);
  if (found === null) return !isWhole && mayBecomeHeader(text.slice(at, at + headerMax)) ? "open" : undefined;
  const end = endOfBlock(text, { from: at + found[0].length, isWhole });
  if (end === "open" || end === undefined) return end;
  const marker = markerOf("private key");
  const replacement = text.slice(at, end).replace(/[^\r\n]+/g, marker);
  return { start: at, end, replacement };
}

function mayBecomeHeader(rest: string): boolean {
  if (rest.length < anchor.length) return anchor.startsWith(rest);
  return rest.length < headerMax && /^-----BEGIN [A-Z0-9 ]*-{0,5}$/.test(rest);
}

/** Reads line by line. Undefined: no key follows the header. */
function endOfBlock(
  text: string,
  { from, isWhole }: { from: number; isWhole: boolean },
): number | "open" | undefined {
  let end: number | undefined; // After the last line that certainly belongs to the key.
  for (let at = from; at < text.length && at - from < blockMax;) {
    const line = lineAt(text, at, isWhole);
    if (line === "open") return "open";
    const kind = kindOf(line.content, end !== undefined);
    if (kind === "trailer") return at + endOfTrailer(line.content);
    if (kind === "other") return end;
    if (kind === "body") end = at + line.content.length;
    at = line.next;
  }
  return isWhole || text.length - from >= blockMax ? end : "open";
}

interface Line {
  content: string;
  /** Where the next line starts. */
  next: number;
}

function lineAt(text: string, at: number, isWhole: boolean): Line | "open" {
  const lineBreak = /\r?\n|(?:\\r)?\\n/g;
  lineBreak.lastIndex = at;
  const found = lineBreak.exec(text);
  const end = Math.min(found?.index ?? text.length, at + lineMax);
  const content = text.slice(at, end);
  if (found !== null && end === found.index) return { content, next: end + found[0].length };
  if (end === text.length && !isWhole && !trailer.test(content)) return "open";
  return { content, next: end };
}

type LineKind = "blank" | "heading" | "body" | "short" | "trailer" | "other";

function kindOf(line: string, hasBody: boolean): LineKind {
  const isBody = /[A-Za-z0-9+/]{40}/.test(line) || (hasBody && /^[A-Za-z0-9+/=]{16,}$/.test(line));
  if (trailer.test(line)) return isBody || hasBody ? "trailer" : "other";
  if (isBody) return "body";
  if (line.trim() === "") return "blank";
  // The last line before the trailer, perhaps with a checksum after it.
  if (hasBody) return line.length <= 80 && /[A-Za-z0-9+/=]\s*$/.test(line) ? "short" : "other";
  return /^[^:]{0,60}: ?[^:]{0,200}$/.test(line) ? "heading" : "other";
}

function endOfTrailer(line: string): number {
  const found = trailer.exec(line);
  return found === null ? line.length : found.index + found[0].length;
}
