import type { RawData } from "ws";
import { AppError } from "../../errors.ts";

/** The text of a frame. `ws` has checked that it is UTF-8. Throws invalid-request for a binary frame. */
export function textOf(bytes: RawData, isBinary: boolean): string {
  if (isBinary) throw new AppError("invalid-request", "Expected a text frame, but a binary one came.");
  return (Array.isArray(bytes) ? Buffer.concat(bytes) : Buffer.from(bytes as Uint8Array)).toString("utf8");
}

/** The id that the answer to the frame repeats; null when the frame has no valid one. */
export function idOf(frame: unknown): string | null {
  const { id } = (frame ?? {}) as { id?: unknown };
  return typeof id === "string" && id.length >= 1 && id.length <= 64 && id.isWellFormed() ? id : null;
}
