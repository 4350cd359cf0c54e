import type { SearchMatch } from "../../workspace.ts";
import { plainText } from "../../ports/terminal-text.ts";

const lineCharactersMax = 200;

/** Of these characters, the most before the match. */
const contextCharacters = 80;

interface RipgrepText {
  text?: string;
  /** Base64, when it is not UTF-8. */
  bytes?: string;
}

interface RipgrepLine {
  type: string;
  data: {
    path: RipgrepText;
    lines: RipgrepText;
    line_number: number | null;
    submatches: { start: number; end: number }[];
  };
}

/** Reads the output of `rg --json`. Ignores an incomplete last line. `mask` is applied to each line before it is cut. */
export function readMatches(output: Buffer, mask = (line: string) => line): SearchMatch[] {
  const lines = output.toString("utf8").split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    if (!line.startsWith('{"type":"match"')) return [];
    const { data } = JSON.parse(line) as RipgrepLine; // The format of the ripgrep that we ship.
    const bytes = bytesOf(data.lines);
    const text = around(maskedLine(bytes, data.submatches[0]?.start ?? 0, mask));
    return [{ path: bytesOf(data.path).toString("utf8"), line: data.line_number ?? 1, text }];
  });
}

function bytesOf({ text, bytes }: RipgrepText): Buffer {
  return text === undefined ? Buffer.from(bytes ?? "", "base64") : Buffer.from(text, "utf8");
}

interface MatchedLine {
  line: string;
  /** Characters before the match. */
  before: number;
}

function maskedLine(bytes: Buffer, start: number, mask: (line: string) => string): MatchedLine {
  const line = mask(plainText(bytes.toString("utf8").replace(/\r?\n$/, "")));
  return { line, before: mask(bytes.subarray(0, start).toString("utf8")).length };
}

/** The line of the match, cut to 200 characters around the match. */
function around({ line, before }: MatchedLine): string {
  if (line.length <= lineCharactersMax) return line;
  const from = Math.max(0, Math.min(before - contextCharacters, line.length - lineCharactersMax + 2));
  const first = from > 0 ? "…" : "";
  const room = lineCharactersMax - first.length - 1;
  const rest = line.slice(from);
  return (first + (rest.length > room ? `${rest.slice(0, room)}…` : rest)).toWellFormed();
}
