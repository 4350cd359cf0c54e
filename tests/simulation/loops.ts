import { must } from "./audit/breach.ts";

/** Counts who is at work in a session: a model that answers, a command that runs. */
export interface Loops {
  /** Throws a Breach when another one is at work. Returns what ends it. */
  enter(sessionId: string, what: string): () => void;
}

/** One for each run of the server. */
export function createLoops(): Loops {
  const atWork = new Map<string, string>();
  return {
    enter: (sessionId, what) => {
      const other = atWork.get(sessionId);
      must(
        "one loop at most is at work in a session",
        other === undefined,
        () => `${what} began in ${sessionId} while ${other} was at work there.`,
      );
      atWork.set(sessionId, what);
      return () => void atWork.delete(sessionId);
    },
  };
}
