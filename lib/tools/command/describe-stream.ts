import { formatBytes } from "../text/format-bytes.ts";

const charsMax = 10_000;

export interface StreamResult {
  /** Plain text: all of the output, or the beginning and the end of a long one. */
  text: string;
  isCut: boolean;
  /** Length of the whole output as it was written, with what only steers a terminal. */
  bytes: number;
  /** File with the whole output, relative to the workspace. Null when the disk was full. */
  logPath: string | null;
  /** The command was ended because it wrote more than the file keeps. */
  isLogCut?: boolean;
}

/** The last 10,000 characters of a stream. When more was written, a first line says how much is missing and where it is. */
export function describeStream({ text, isCut, bytes, logPath, isLogCut }: StreamResult): {
  shown: string;
  isTruncated: boolean;
} {
  if (text.length <= charsMax && !isCut) return { shown: text, isTruncated: false };
  const end = tail(text, charsMax);
  const missing = isCut
    ? `about ${formatBytes(bytes - Buffer.byteLength(end))}`
    : countOf(text.length - end.length);
  const log = isLogCut ? "what was kept is in" : "the full output is in";
  const where = logPath === null ? "the disk was too full to keep it" : `${log} ${logPath}`;
  return { shown: `... (${missing} truncated; ${where})\n${end}`, isTruncated: true };
}

function countOf(characters: number): string {
  return characters === 1 ? "1 character" : `${characters} characters`;
}

/** The last characters of a text; never half of a surrogate pair. */
function tail(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return text.slice(text.length - charsMax).replace(/^[\uDC00-\uDFFF]/, "");
}
