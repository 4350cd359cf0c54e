const charsMax = 10_000;

export interface StreamResult {
  /** The output kept in memory: all of it, or the beginning and the end of a long one. */
  text: string;
  /** Length of the whole output. */
  bytes: number;
  /** File with the whole output, relative to the workspace. Null when the disk was full. */
  logPath: string | null;
}

/** The last 10,000 characters of a stream. When more was written, a first line says how much is missing and where it is. */
export function describeStream({ text, bytes, logPath }: StreamResult): {
  shown: string;
  isTruncated: boolean;
} {
  const keptBytes = Buffer.byteLength(text);
  if (text.length <= charsMax && keptBytes >= bytes) return { shown: text, isTruncated: false };
  const end = tail(text, charsMax);
  const missing =
    keptBytes >= bytes ? `${text.length - end.length} characters` : `${bytes - Buffer.byteLength(end)} bytes`;
  const where = logPath === null ? "the disk was too full to keep it" : `the full output is in ${logPath}`;
  return { shown: `... (${missing} truncated; ${where})\n${end}`, isTruncated: true };
}

/** The last characters of a text; never half of a surrogate pair. */
function tail(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return text.slice(text.length - charsMax).replace(/^[\uDC00-\uDFFF]/, "");
}
