import type { Outcome } from "../report/outcome.ts";
import { checkAcknowledged } from "./acknowledged.ts";
import type { Breach } from "./breach.ts";
import { checkCalls } from "./calls.ts";
import { checkDeletions } from "./deletions.ts";
import { checkFolded } from "./folded.ts";
import { checkLogs } from "./logs.ts";
import { checkOnce } from "./once.ts";

export { breachKinds, type Breach } from "./breach.ts";

/** Everything that was promised, held against everything that is. */
export function check(outcome: Outcome): Breach[] {
  return [
    ...checkAcknowledged(outcome),
    ...checkDeletions(outcome),
    ...checkOnce(outcome),
    ...checkCalls(outcome),
    ...checkLogs(outcome),
    ...checkFolded(outcome),
    ...outcome.left.map((what): Breach => ({ kind: "orphan", what: `A process is left: ${what}` })),
    ...outcome.unfinished.map((what): Breach => ({ kind: "unfinished", what })),
    ...outcome.rows.damage.map((what): Breach => ({ kind: "damaged", what })),
  ];
}
