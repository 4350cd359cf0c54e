import { timestamp } from "../../ports/clock.ts";
import { isTransient } from "../../errors.ts";
import { type Event, eventPlace } from "../../event.ts";
import type { Runtime } from "../runtime/runtime.ts";

/**
 * At least this long lies between an event that makes others void and their removal, so that a client whose line breaks
 * for a moment still hears each word. At most twice as long: what comes while a session settles has a turn of its own.
 */
const settleMs = 5000;
/** Between two rounds at least: many sessions share one. */
const paceMs = 1000;
/** Between two short transactions, for everybody else. */
const pauseMs = 10;
/** Until what failed for the moment is tried again. */
const retryMs = 5000;
/** A session in which nobody did anything for so long has its state, and no log. */
const restMs = 30 * 24 * 3_600_000;
const lookForRestedMs = 3_600_000;
/** Deltas of something long, such as a build: its log is held within its bounds meanwhile. */
const eventsBetweenLooks = 1000;

/** A session whose log is to be shortened. */
interface Due {
  /** Not before this time, as `clock.elapsed` tells it. */
  atMs: number;
  /** Events after this sequence came later, and have not settled by then. */
  upTo: number;
  /** The newest event that makes others void. */
  newest: number;
}

/** Lets go of what need not be kept, a little at a time, while the server does its work. */
export function createMaintenance({ storage, clock, reportFault }: Runtime, signal: AbortSignal) {
  const { maintenance, events } = storage;
  const due = new Map<string, Due>();
  const heard = new Map<string, number>();
  let wake = () => {};
  let lookedForRestedAt = -Infinity;
  let isBacklogTold = false;

  const settle = (sessionId: string, sequence: number) => {
    const waiting = due.get(sessionId);
    if (waiting) waiting.newest = sequence;
    else due.set(sessionId, { atMs: clock.elapsed() + settleMs, upTo: sequence, newest: sequence });
  };
  const hear = (sessionId: string, committed: readonly Event[]) => {
    const count = (heard.get(sessionId) ?? 0) + committed.length;
    const isDue = count >= eventsBetweenLooks || committed.some(makesOthersVoid);
    if (isDue) settle(sessionId, eventPlace(committed.at(-1)?.id ?? "").sequence);
    if (isDue) heard.delete(sessionId);
    else heard.set(sessionId, count);
    if (due.size > 0) wake();
  };
  const pause = (ms: number) => clock.sleep(ms, signal);
  const restedSince = () => timestamp(clock.now() - restMs);

  /** Calls it until it has done all. */
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
      for (const id of maintenance.due(restedSince())) settle(id, events.bounds(id).lastSequence);
      lookedForRestedAt = clock.now();
    } catch (error) {
      if (!isTransient(error)) lookedForRestedAt = clock.now(); // Told once an hour, not each round.
      throw error;
    }
  };
  const shorten = async (sessionId: string, { upTo, newest }: Due) => {
    due.delete(sessionId);
    if (newest > upTo) settle(sessionId, newest);
    try {
      await drain(() => maintenance.compact(sessionId, upTo));
      await drain(() => maintenance.prune(sessionId, restedSince()));
    } catch (error) {
      if (isTransient(error)) settle(sessionId, newest);
      throw error;
    }
  };
  const watchBacklog = async () => {
    const bytes = maintenance.backlogBytes();
    if (bytes > 0 && !isBacklogTold) reportFault(backlogSentence(bytes), undefined);
    isBacklogTold = bytes > 0;
  };
  const round = async () => {
    await attempt("The logs to be shortened are not known", lookForRested);
    for (const [sessionId, waiting] of [...due]) {
      if (waiting.atMs > clock.elapsed()) continue;
      const what = `The log of session ${sessionId} could not be shortened`;
      await attempt(what, () => shorten(sessionId, waiting));
    }
    await attempt("The database could not be made smaller", () => drain(maintenance.vacuum));
    await attempt("The write-ahead log could not be looked at", watchBacklog);
  };
  const run = async () => {
    await pause(settleMs); // A server that starts has better things to do.
    while (!signal.aborted) {
      await round();
      const hasLooked = lookedForRestedAt > -Infinity;
      if (due.size === 0 && hasLooked) await untilDue();
      await pause(Math.max(paceMs, untilSettledMs()));
    }
  };
  const untilSettledMs = () => {
    const next = Math.min(...[...due.values()].map(({ atMs }) => atMs));
    return next === Infinity ? settleMs : next - clock.elapsed();
  };
  const untilDue = async () => {
    const woken = new AbortController();
    wake = () => woken.abort();
    await clock.sleep(lookForRestedMs, AbortSignal.any([signal, woken.signal])).catch(() => {});
  };

  return {
    start: (): void => {
      events.onCommitted(hear);
      run().catch((error: unknown) => {
        if (!signal.aborted) reportFault("The maintenance of the database ended", error);
      });
    },
  };
}

function makesOthersVoid({ type, data }: Event): boolean {
  if (type === "message.final") return data.message.role === "assistant"; // No other one has deltas.
  return type === "tool.result";
}

function backlogSentence(bytes: number): string {
  const megabytes = Math.ceil(bytes / 1024 ** 2);
  return (
    `${megabytes} MiB wait in chat_history.db-wal, because another process reads chat_history.db and does not stop. ` +
    "Until it does, the file grows"
  );
}
