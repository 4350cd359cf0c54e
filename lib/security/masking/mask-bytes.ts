import { setImmediate as nextTurn } from "node:timers/promises";
import type { Masker } from "../../settings.ts";

/** So much is masked without a pause, in about two milliseconds. */
const pieceBytes = 1024 * 1024;

/** Masks text in an encoding that contains ASCII, such as UTF-8. Other requests are served meanwhile. */
export async function maskBytes(bytes: Uint8Array, masker: Masker): Promise<Uint8Array> {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Buffer[] = [];
  for (let at = 0; at < given.length; at += pieceBytes) {
    if (at > 0) await nextTurn();
    pieces.push(Buffer.from(masker.push(given.subarray(at, at + pieceBytes).toString("latin1")), "latin1"));
  }
  pieces.push(Buffer.from(masker.end(), "latin1"));
  const masked = Buffer.concat(pieces);
  return masked.equals(given) ? bytes : masked;
}
