import type { Event } from "../../event.ts";
import { eventPlace } from "../../event.ts";
import type { Clock } from "../../ports/clock.ts";

/**
 * At least this long passes between an event that makes others void and their removal, so that a client whose connection
 * broke for a moment still gets every delta. It is at most twice as long: what comes while a session settles waits again.
 */
export const settleMs = 5000;
/** A log is due after so many events, also while one long message or command still writes it. */
const eventsMax = 1000;

/** A session whose log is to be shortened. */
export interface DueLog {
  sessionId: string;
  /** Not before this time, in milliseconds of `clock.elapsed`. */
  atMs: number;
  /** Only up to this sequence: later events have not settled at that time. */
  upTo: number;
  /** The sequence of the newest event that is to settle. */
  newest: number;
}

/** Whose log is to be shortened, and when. */
export interface DueLogs {
  clock: Pick<Clock, "elapsed">;
  /** By session. */
  due: Map<string, DueLog>;
  /** Events of each session since its log was last due. */
  eventCounts: Map<string, number>;
}

export function createDueLogs(clock: Pick<Clock, "elapsed">): DueLogs {
  return { clock, due: new Map(), eventCounts: new Map() };
}

/** Makes the log due in `inMs`, when it is not due yet. */
export function addDueLog({ due, clock }: DueLogs, sessionId: string, newest: number, inMs = settleMs): void {
  const waiting = due.get(sessionId);
  if (waiting) waiting.newest = newest;
  else due.set(sessionId, { sessionId, atMs: clock.elapsed() + inMs, upTo: newest, newest });
}

/** Counts events of a session. True when they make its log due. */
export function countEvents(logs: DueLogs, sessionId: string, events: readonly Event[]): boolean {
  const { eventCounts } = logs;
  const count = (eventCounts.get(sessionId) ?? 0) + events.length;
  const isDue = count >= eventsMax || events.some(makesOthersVoid);
  if (isDue) addDueLog(logs, sessionId, eventPlace(events.at(-1)?.id ?? "").sequence);
  if (isDue) eventCounts.delete(sessionId);
  else eventCounts.set(sessionId, count);
  return isDue;
}

function makesOthersVoid({ type, data }: Event): boolean {
  if (type === "message.final") return data.message.role === "assistant"; // Other messages have no deltas.
  return type === "tool.result";
}

/** The logs that have settled. */
export function settledLogs({ due, clock }: DueLogs): DueLog[] {
  return [...due.values()].filter(({ atMs }) => atMs <= clock.elapsed());
}

/** Call it when the log is shortened, up to `upTo`. Later events settle from now on. */
export function takeDueLog(logs: DueLogs, { sessionId, upTo, newest }: DueLog): void {
  logs.due.delete(sessionId);
  if (newest > upTo) addDueLog(logs, sessionId, newest);
}

/** Milliseconds until the next log has settled; undefined when none is due. */
export function nextDueInMs({ due, clock }: DueLogs): number | undefined {
  if (due.size === 0) return undefined;
  return Math.min(...[...due.values()].map(({ atMs }) => atMs)) - clock.elapsed();
}
