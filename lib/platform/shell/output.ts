import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { isDiskFull } from "../files/path-rules.ts";
import { liveCharactersMax } from "../../event.ts";
import { createTerminalText } from "../../ports/terminal-text.ts";
import type { Masker } from "../../settings.ts";
import { createHeadAndTail } from "./head-and-tail.ts";
import { maskedChunks, unmasked } from "./masked-chunks.ts";
import { createRawTail } from "./raw-tail.ts";

export interface CaptureOptions {
  stream: Readable;
  /** Called at the first byte. */
  openLog(): Promise<FileHandle>;
  onText(text: string): void;
  /** Makes a masker; by default nothing is masked. */
  masker?: (() => Masker) | undefined;
  /** Called once, when the stream has written more than the log keeps. */
  onOverflow(): void;
}

export interface CapturedOutput {
  /** Plain text: without escape sequences and other characters for a terminal. */
  text: string;
  /** The text holds the start and the end of a longer one. */
  isCut: boolean;
  bytes: number;
  /** The disk was full, so the log is not complete. */
  isLogLost: boolean;
}

/** The log keeps this many raw bytes of a stream. */
export const logBytesMax = 64 * 1024 * 1024;

/**
 * Reads one stream of a command to its end: masked bytes to the log, plain text to the listener and to memory. When the disk
 * is full it continues without a log, because the command may be the one that frees space.
 */
export async function captureOutput(options: CaptureOptions): Promise<CapturedOutput> {
  const log = createLog(options.openLog);
  const text = createLiveText(options);
  let bytes = 0;
  try {
    for await (const chunk of maskedChunks(options)) {
      const room = logBytesMax - bytes;
      bytes += chunk.length;
      if (room > 0) {
        await log.write(chunk.subarray(0, room));
        text.push(chunk);
      }
      if (chunk.length > room) options.onOverflow();
    }
  } catch (error) {
    if (!options.stream.destroyed || !isClosedEarly(error)) throw error;
  } finally {
    await log.close();
  }
  return { ...text.end(), bytes, isLogLost: log.isLost() };
}

/** A leftover process held the stream open, and we stopped reading it. */
function isClosedEarly(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === "ERR_STREAM_PREMATURE_CLOSE";
}

/** Stops writing when the disk is full. Throws other failures. */
function createLog(openLog: () => Promise<FileHandle>) {
  let file: FileHandle | undefined;
  let isLost = false;
  return {
    write: async (bytes: Buffer) => {
      if (isLost) return;
      try {
        file ??= await openLog();
        await file.writeFile(bytes);
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        isLost = true;
      }
    },
    close: () => file?.close(),
    isLost: () => isLost,
  };
}

/** Decodes bytes until the listener has got enough; of the bytes after that only the last are decoded, at the end. */
function createLiveText({ onText, masker = unmasked }: Pick<CaptureOptions, "onText" | "masker">) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const terminal = createTerminalText();
  const again = masker(); // An escape sequence may have stood inside of a secret.
  const kept = createHeadAndTail();
  const undecoded = createRawTail();
  let live = 0;
  const add = (text: string) => {
    if (text === "") return;
    kept.push(text);
    if (live < liveCharactersMax) onText(text.slice(0, liveCharactersMax - live));
    live += text.length;
  };
  return {
    push: (chunk: Buffer) => {
      if (live < liveCharactersMax) add(again.push(terminal.push(decoder.decode(chunk, { stream: true }))));
      else undecoded.push(chunk);
    },
    /** Call it once, after the last byte. Returns the start and the end of the text. */
    end: (): Pick<CapturedOutput, "text" | "isCut"> => {
      if (undecoded.leftOut() > 0) kept.leaveOut(undecoded.leftOut());
      add(again.push(terminal.push(decoder.decode(undecoded.bytes())) + terminal.end()) + again.end());
      return { text: kept.text(), isCut: kept.isCut() };
    },
  };
}
