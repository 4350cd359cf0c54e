import type { RawData } from "ws";
import { AppError } from "../../errors.ts";

/** ws has checked that it is UTF-8. */
export function textOf(bytes: RawData, isBinary: boolean): string {
  if (isBinary) throw new AppError("invalid-request", "Expected a text frame, came a binary one.");
  return (Array.isArray(bytes) ? Buffer.concat(bytes) : Buffer.from(bytes as Uint8Array)).toString("utf8");
}

/** What an answer to the frame is named by; null where it has no name that can be said back. */
export function idOf(frame: unknown): string | null {
  const { id } = (frame ?? {}) as { id?: unknown };
  return typeof id === "string" && id.length >= 1 && id.length <= 64 && id.isWellFormed() ? id : null;
}
