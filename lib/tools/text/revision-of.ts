import { createHash } from "node:crypto";

/** SHA-256 of the content of a file, in hex. */
export function revisionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The revision of a file that does not exist. */
export const absent = "absent";
