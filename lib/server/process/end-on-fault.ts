import { writeSync } from "node:fs";

/**
 * Ends the process at once, with 1 and a sentence on standard error: after a fault of the storage nothing may be answered
 * any more, and a clean stop would write. What is stored goes on in the next run.
 */
export function endOnFault(sentence: string): never {
  writeSync(process.stderr.fd, `\n  ${sentence}\n\n`);
  process.exit(1);
}
