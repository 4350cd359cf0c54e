import { Breach } from "./audit/breach.ts";
import { createLoops, type Loops } from "./loops.ts";
import type { Stage } from "./stage.ts";

/** What the death of a process looks like from inside. */
export class Crash extends Error {}

/** One run of the server, from its start to its stop or its death. */
export interface Life {
  readonly number: number;
  readonly loops: Loops;
  /** It has ended. Its loops may go on for a while all the same, and must write nothing. */
  isOver: boolean;
  /** It ended like a process that hangs and wakes up again: nobody told its loops. */
  isLeftOver: boolean;
  /** Failpoints until it dies; undefined: of none of them. */
  passagesLeft: number | undefined;
  /** Throws a Breach when a command begins that a person did not approve. */
  checkApproval(command: string): void;
  /** Keeps a breach for the world: the server would take it for a failure and go on. */
  guarded<T>(work: () => T): T;
}

export function createLife(number: number, stage: Stage): Life {
  return {
    number,
    loops: createLoops(),
    isOver: false,
    isLeftOver: false,
    passagesLeft: undefined,
    checkApproval: () => {},
    guarded: (work) => {
      try {
        return work();
      } catch (error) {
        if (error instanceof Breach) stage.breach ??= error;
        throw error;
      }
    },
  };
}
