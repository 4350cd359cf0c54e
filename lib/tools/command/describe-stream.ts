import { tail } from "../text/tail.ts";

const charsMax = 10_000;

export interface StreamResult {
  /** What was kept in memory; when the command wrote more than that, its head and its tail. */
  text: string;
  /** All that was written. */
  bytes: number;
  /** Where all of it stands, relative to the workspace. Null when the disk had no room for it. */
  logPath: string | null;
}

/** What the model sees of a stream: its last 10,000 characters, headed by how much is missing and where it is. */
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
