import type { Faults } from "./world/faults.ts";
import type { Intents } from "./world/intents.ts";
import type { Random } from "./draws/random.ts";
import type { Time } from "./world/time.ts";
import type { Trace } from "./audit/trace.ts";

/** What one world has beside the server: it goes on while runs of the server come and go. */
export interface Stage {
  random: Random;
  faults: Faults;
  time: Time;
  trace: Trace;
  intents: Intents;
  /** Files of each workspace, by path. */
  folders: Map<string, Map<string, Uint8Array>>;
  /** Of each workspace that is a clone. */
  heads: Map<string, string>;
  sabotage: Sabotage;
  /** Ten megabytes were said once; that is enough for one world. */
  saidMuch: boolean;
  /** A breach that was found where nobody could be told. */
  breach: unknown;
}

/** What a test breaks on purpose, to see that it is found. */
export interface Sabotage {
  /** Takes one event away before it is written. */
  dropsEvent?: boolean;
  /** Runs a command twice. */
  runsTwice?: boolean;
  /** Keeps one event from a reader. */
  skipsInFeed?: boolean;
  /** Leaves a message out that was acknowledged. */
  losesMessage?: boolean;
  /** Leaves the results of a step out of what the model is sent. */
  losesResults?: boolean;
  /** Counts the cost of a step twice. */
  countsTwice?: boolean;
  /** Shows settings of tasks that change with what else there is. */
  reopens?: boolean;
  /** Tells another time for an event each time it is read. */
  rewritesEvent?: boolean;
  /** Leaves an event out when the log is read from its start. */
  losesEvent?: boolean;
  /** Takes every decision for open. */
  forgetsDecisions?: boolean;
  /** Keeps nothing of an answer but that there was one. */
  forgetsAnswers?: boolean;
  /** Takes every host for granted. */
  opensNetwork?: boolean;
  /** Commands never end. */
  sleepsIn?: boolean;
}
