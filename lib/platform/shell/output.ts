import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { isDiskFull } from "../files/path-rules.ts";
import { createTerminalText } from "../terminal-text.ts";
import { createHeadAndTail } from "./head-and-tail.ts";
import { createRawTail } from "./raw-tail.ts";

export interface CaptureOptions {
  stream: Readable;
  /** Opened when the first byte comes. */
  openLog(): Promise<FileHandle>;
  onText(text: string): void;
  /** Called once, when the stream wrote more than can be kept. */
  onOverflow(): void;
}

export interface CapturedOutput {
  text: string;
  bytes: number;
  /** The disk was full: what there is of the log is not all. */
  isLogLost: boolean;
}

/** The raw stream goes to its log up to this. */
export const logBytesMax = 64 * 1024 * 1024;

/** Live text goes on until this; the rest is in the log. */
const liveCharactersMax = 1024 * 1024;

/**
 * Reads one stream of a command to its end: raw bytes to the log, plain text to the listener and to memory. On a full
 * disk it goes on without a log, because the command may be the one that makes room.
 */
export async function capture({
  stream,
  openLog,
  onText,
  onOverflow,
}: CaptureOptions): Promise<CapturedOutput> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const terminal = createTerminalText();
  const kept = createHeadAndTail();
  const unseen = createRawTail();
  let log: FileHandle | undefined;
  let isLogLost = false;
  let bytes = 0;
  let live = 0;
  const say = (text: string) => {
    if (text === "") return;
    kept.push(text);
    if (live < liveCharactersMax) onText(text.slice(0, liveCharactersMax - live));
    live += text.length;
  };
  const keep = async (part: Buffer) => {
    if (isLogLost) return;
    try {
      log ??= await openLog();
      await log.writeFile(part);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      isLogLost = true;
    }
  };
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const room = logBytesMax - bytes;
      bytes += chunk.length;
      if (room > 0) {
        await keep(chunk.subarray(0, room));
        if (live < liveCharactersMax) say(terminal.push(decoder.decode(chunk, { stream: true })));
        else unseen.push(chunk);
      }
      if (chunk.length > room) onOverflow();
    }
  } catch (error) {
    if (!stream.destroyed || !isCut(error)) throw error;
  } finally {
    await log?.close();
  }
  if (unseen.leftOut() > 0) kept.leaveOut(unseen.leftOut());
  say(terminal.push(decoder.decode(unseen.bytes())) + terminal.end());
  return { text: kept.text(), bytes, isLogLost };
}

/** A straggler held the stream open and we stopped listening. */
function isCut(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === "ERR_STREAM_PREMATURE_CLOSE";
}
