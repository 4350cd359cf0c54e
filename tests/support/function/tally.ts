import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { OperationId } from "../../../packages/shared/src/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder where each worker notes what the function did. */
    tally: string;
  }
}

export type Verdict = "answered" | "refused";

/** Notes one request, for the table at the end of the run. */
export function count(operationId: OperationId, verdict: Verdict): void {
  appendFileSync(join(inject("tally"), String(process.pid)), `${operationId} ${verdict}\n`);
}
