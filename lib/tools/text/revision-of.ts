import { createHash } from "node:crypto";

/** SHA-256 of what a file holds, in hex. */
export function revisionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The revision of a file that is not there. */
export const absent = "absent";
