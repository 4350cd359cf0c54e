export interface LineSelection {
  content: string;
  /** 1-based. */
  firstLine: number;
  /** Last line given, whole or cut; `firstLine - 1` when none. */
  lastLine: number;
  totalLines: number;
  /** Lines of which only the beginning is given, and how many bytes of each are missing. */
  cut: { line: number; missingBytes: number }[];
}

export interface LineRange {
  firstLine: number;
  linesMax: number;
  /** Of the content. At least one line is given all the same. */
  bytesMax: number;
  lineBytesMax: number;
}

/** Lines of UTF-8 bytes, their endings kept. Decodes only what it gives. */
export function selectLines(bytes: Uint8Array, wish: LineRange): LineSelection {
  const ends = lineEnds(bytes);
  const cut: LineSelection["cut"] = [];
  const pieces: string[] = [];
  let size = 0;
  let lastLine = wish.firstLine - 1;
  while (lastLine < Math.min(ends.length, wish.firstLine - 1 + wish.linesMax)) {
    const start = ends[lastLine - 1] ?? 0;
    const line = bytes.subarray(start, ends[lastLine]);
    const kept = line.length > wish.lineBytesMax ? wholeCharacters(line, wish.lineBytesMax) : line;
    if (pieces.length > 0 && size + kept.length > wish.bytesMax) break;
    lastLine += 1;
    size += kept.length;
    const missingBytes = line.length - kept.length;
    if (missingBytes > 0) cut.push({ line: lastLine, missingBytes });
    pieces.push(missingBytes > 0 ? `${decode(kept)}… (${missingBytes} more bytes)\n` : decode(kept));
  }
  return { content: pieces.join(""), firstLine: wish.firstLine, lastLine, totalLines: ends.length, cut };
}

/** Offsets just behind each line. An ending at the very end starts no further line. */
function lineEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  if (bytes.length > (ends.at(-1) ?? 0)) ends.push(bytes.length);
  return ends;
}

function wholeCharacters(line: Uint8Array, bytesMax: number): Uint8Array {
  let end = bytesMax;
  // 10xxxxxx continues a character.
  while (end > 0 && ((line[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return line.subarray(0, end);
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
