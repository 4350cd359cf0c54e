import type { Readable } from "node:stream";
import type { Masker } from "../../settings.ts";

export interface MaskedStream {
  stream: Readable;
  /** By default nothing is masked. */
  masker?: (() => Masker) | undefined;
}

export function unmasked(): Masker {
  return { push: (text) => text, end: () => "" };
}

/** The bytes of a stream with secrets masked. They are read as Latin-1, which keeps every other byte as it is. */
export async function* maskedChunks({
  stream,
  masker,
}: MaskedStream): AsyncGenerator<Buffer, void, undefined> {
  const mask = masker?.() ?? unmasked();
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>)
      yield* bytesOf(mask.push(chunk.toString("latin1")));
  } catch (error) {
    // The stream was closed early: what came until then counts.
    yield* bytesOf(mask.end());
    throw error;
  }
  yield* bytesOf(mask.end());
}

function* bytesOf(text: string): Generator<Buffer, void, undefined> {
  if (text !== "") yield Buffer.from(text, "latin1");
}
