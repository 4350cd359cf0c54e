export interface LineSelection {
  content: string;
  /** 1-based. */
  firstLine: number;
  /** Last line in `content`, whole or cut; `firstLine - 1` when there is none. */
  lastLine: number;
  totalLines: number;
  /** Lines of which `content` has only the beginning, and how many bytes of each are missing. */
  cut: { line: number; missingBytes: number }[];
}

export interface LineRange {
  firstLine: number;
  linesMax: number;
  /** Limit of the content; the first line is given even when it is longer. */
  bytesMax: number;
  lineBytesMax: number;
}

/** Lines of UTF-8 bytes with their endings. Decodes only the lines it returns. */
export function selectLines(bytes: Uint8Array, range: LineRange): LineSelection {
  const ends = lineEnds(bytes);
  const cut: LineSelection["cut"] = [];
  const pieces: string[] = [];
  let size = 0;
  let lastLine = range.firstLine - 1;
  while (lastLine < Math.min(ends.length, range.firstLine - 1 + range.linesMax)) {
    const start = ends[lastLine - 1] ?? 0;
    const line = bytes.subarray(start, ends[lastLine]);
    const kept = line.length > range.lineBytesMax ? wholeCharacters(line, range.lineBytesMax) : line;
    if (pieces.length > 0 && size + kept.length > range.bytesMax) break;
    lastLine += 1;
    size += kept.length;
    const missingBytes = line.length - kept.length;
    if (missingBytes > 0) cut.push({ line: lastLine, missingBytes });
    pieces.push(missingBytes > 0 ? `${decode(kept)}… (${missingBytes} more bytes)\n` : decode(kept));
  }
  return { content: pieces.join(""), firstLine: range.firstLine, lastLine, totalLines: ends.length, cut };
}

/** The offset just after each line. A line ending at the end of the file does not start another line. */
function lineEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  if (bytes.length > (ends.at(-1) ?? 0)) ends.push(bytes.length);
  return ends;
}

function wholeCharacters(line: Uint8Array, bytesMax: number): Uint8Array {
  let end = bytesMax;
  // A byte 10xxxxxx continues a UTF-8 character.
  while (end > 0 && ((line[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return line.subarray(0, end);
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
