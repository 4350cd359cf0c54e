import { must } from "../audit/breach.ts";

/** An effect that somebody asked for once; its number stands in the command, or in the text that is to be written. */
interface Intent {
  sessionId: string;
  starts: number;
}

/** Counts what was really done, outside of every run of the server. */
export interface Intents {
  /** A new intent; returns its number. */
  next(sessionId: string): number;
  /** A command begins to act. Throws a Breach where it did before. */
  start(command: string): void;
  /** Undefined for a command that no intent knows. */
  sessionOf(command: string): string | undefined;
}

export function createIntents(): Intents {
  const all: Intent[] = [];
  const find = (command: string) => all[Number(/effect-(\d+)/.exec(command)?.[1] ?? Number.NaN)];
  return {
    next: (sessionId) => all.push({ sessionId, starts: 0 }) - 1,
    start: (command) => {
      const intent = find(command);
      if (intent === undefined) return;
      intent.starts++;
      must(
        "no unsafe tool starts twice for one intent",
        intent.starts === 1,
        () => `${command} started ${intent.starts} times; expected once.`,
      );
    },
    sessionOf: (command) => find(command)?.sessionId,
  };
}
