import { type Clock, timestamp } from "../../ports/clock.ts";
import { isTransient } from "../../errors.ts";
import { type Event, eventPlace } from "../../event.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { createBacklogWatch } from "./backlog.ts";

/**
 * At least this long lies between an event that makes others void and their removal, so that a client whose line breaks
 * for a moment still hears each word. At most twice as long: what comes while a session settles has a turn of its own.
 */
const settleMs = 5000;
/** Deltas of something long, such as a build: its log is held within its bounds meanwhile. */
const eventsBetweenLooks = 1000;
const paceMs = 1000; // Between two rounds at least: many sessions share one.
/** Between two short transactions, for everybody else. */
const pauseMs = 10;
/** Until what failed for the moment is tried again. */
const retryMs = 5000;
/** A session in which nobody did anything for so long has its state, and no log. */
const restMs = 30 * 24 * 3_600_000;
const lookForRestedMs = 3_600_000;
/** Lets go of what need not be kept, a little at a time, while the server does its work. */
export function createMaintenance({ storage, clock, reportFault }: Runtime, signal: AbortSignal) {
  const { maintenance, events } = storage;
  const due = createDueLogs(clock);
  let wake = () => {};
  let lookedForRestedAt = -Infinity;
  const watchBacklog = createBacklogWatch(maintenance, reportFault);

  const pause = (ms: number) => clock.sleep(ms, signal);
  const restedSince = () => timestamp(clock.now() - restMs);
  const drain = async (step: () => boolean) => {
    while (step()) await pause(pauseMs);
    await pause(pauseMs);
  };
  /** Nothing here has to be done now: what fails in passing is done later. */
  const attempt = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransient(error)) return reportFault(what, error);
      await pause(retryMs);
    }
  };
  const lookForRested = async () => {
    if (clock.now() - lookedForRestedAt < lookForRestedMs) return;
    try {
      // What is found only here is of an earlier run, and has settled while this one started.
      for (const id of maintenance.due(restedSince())) due.add(id, events.bounds(id).lastSequence, 0);
      lookedForRestedAt = clock.now();
    } catch (error) {
      if (!isTransient(error)) lookedForRestedAt = clock.now(); // Told once an hour, not each round.
      throw error;
    }
  };
  const shorten = async (log: DueLog) => {
    const { sessionId, upTo, newest } = log;
    due.begin(log);
    try {
      await drain(() => maintenance.compact(sessionId, upTo));
      await drain(() => maintenance.prune(sessionId, restedSince()));
    } catch (error) {
      if (isTransient(error)) due.add(sessionId, newest);
      throw error;
    }
  };
  const round = async () => {
    await attempt("The logs to be shortened are not known", lookForRested);
    for (const log of due.settled())
      await attempt(`The log of session ${log.sessionId} could not be shortened`, () => shorten(log));
    await attempt("The database could not be made smaller", () => drain(maintenance.vacuum));
    await attempt("The write-ahead log could not be looked at", watchBacklog);
  };
  const run = async () => {
    await pause(settleMs); // A server that starts has better things to do.
    while (!signal.aborted) {
      await round();
      const hasLooked = lookedForRestedAt > -Infinity;
      if (due.nextInMs() === undefined && hasLooked) await untilDue();
      await pause(Math.max(paceMs, due.nextInMs() ?? settleMs));
    }
  };
  const untilDue = async () => {
    const woken = new AbortController();
    wake = () => woken.abort();
    await clock.sleep(lookForRestedMs, AbortSignal.any([signal, woken.signal])).catch(() => {});
  };

  return {
    start: (): void => {
      events.onCommitted((sessionId, committed) => {
        if (due.hear(sessionId, committed)) wake();
      });
      run().catch((error: unknown) => {
        if (!signal.aborted) reportFault("The maintenance of the database ended", error);
      });
    },
  };
}

/** A session whose log is to be shortened. */
interface DueLog {
  sessionId: string;
  /** Not before this time, as `clock.elapsed` tells it. */
  atMs: number;
  /** Events after this sequence came later, and have not settled by then. */
  upTo: number;
  /** The newest event that is to settle. */
  newest: number;
}

/** Whose log is to be shortened, and when. */
function createDueLogs(clock: Clock) {
  const due = new Map<string, DueLog>();
  const heard = new Map<string, number>();
  const add = (sessionId: string, newest: number, inMs = settleMs) => {
    const waiting = due.get(sessionId);
    if (waiting) waiting.newest = newest;
    else due.set(sessionId, { sessionId, atMs: clock.elapsed() + inMs, upTo: newest, newest });
  };
  return {
    add,
    /** True when the session is due with it. */
    hear: (sessionId: string, committed: readonly Event[]): boolean => {
      const count = (heard.get(sessionId) ?? 0) + committed.length;
      const isDue = count >= eventsBetweenLooks || committed.some(makesOthersVoid);
      if (isDue) add(sessionId, eventPlace(committed.at(-1)?.id ?? "").sequence);
      if (isDue) heard.delete(sessionId);
      else heard.set(sessionId, count);
      return isDue;
    },
    /** Those that have settled. */
    settled: (): DueLog[] => [...due.values()].filter(({ atMs }) => atMs <= clock.elapsed()),
    /** It is shortened now, up to `upTo`; what came since settles from now on. */
    begin: ({ sessionId, upTo, newest }: DueLog): void => {
      due.delete(sessionId);
      if (newest > upTo) add(sessionId, newest);
    },
    /** Milliseconds until the next one has settled; undefined when none is due. */
    nextInMs: (): number | undefined =>
      due.size === 0 ? undefined : Math.min(...[...due.values()].map(({ atMs }) => atMs)) - clock.elapsed(),
  };
}

function makesOthersVoid({ type, data }: Event): boolean {
  if (type === "message.final") return data.message.role === "assistant"; // No other one has deltas.
  return type === "tool.result";
}
