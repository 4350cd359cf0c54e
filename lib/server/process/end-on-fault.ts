import { writeSync } from "node:fs";

/**
 * Ends the process at once, with exit code 1 and a sentence on standard error. After a fault of the storage the server may
 * not answer any more, and a clean stop would write. The next run continues what is stored.
 */
export function endOnFault(sentence: string): never {
  writeSync(process.stderr.fd, `\n  ${sentence}\n\n`);
  process.exit(1);
}
