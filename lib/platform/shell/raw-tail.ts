const keptBytesMax = 1024 * 1024;

/** Keeps the last bytes of a long stream undecoded. `leftOut` counts the bytes before them. */
export function createRawTail(): { push(chunk: Buffer): void; bytes(): Buffer; leftOut(): number } {
  let chunks: Buffer[] = [];
  let held = 0;
  let leftOut = 0;
  return {
    push(chunk) {
      chunks.push(chunk);
      held += chunk.length;
      if (held <= 2 * keptBytesMax) return;
      const kept = Buffer.concat(chunks).subarray(-keptBytesMax);
      leftOut += held - kept.length;
      held = kept.length;
      chunks = [Buffer.from(kept)]; // Copied, because a subarray would keep all chunks in memory.
    },
    bytes: () => Buffer.concat(chunks),
    leftOut: () => leftOut,
  };
}
