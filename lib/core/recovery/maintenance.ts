import { timestamp } from "../../ports/clock.ts";
import { isTransient } from "../../errors.ts";
import type { Event } from "../../event.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Between an event that makes others void and their removal: whose line breaks for a moment hears each word still. */
const settleMs = 5000;
/** Between two short transactions, for everybody else. */
const pauseMs = 10;
/** Until what failed for the moment is tried again. */
const retryMs = 5000;
/** A session in which nobody did anything for so long has its state, and no log. */
const restMs = 30 * 24 * 3_600_000;
const lookForRestedMs = 3_600_000;
/** Deltas of something long, such as a build: its log is held within its bounds meanwhile. */
const eventsBetweenLooks = 1000;

/** Lets go of what need not be kept, a little at a time, while the server does its work. */
export function createMaintenance({ storage, clock, reportFault }: Runtime, signal: AbortSignal) {
  const { maintenance, events } = storage;
  const due = new Set<string>();
  const heard = new Map<string, number>();
  let wake = () => {};
  let lookedForRestedAt = -Infinity;
  let isBacklogTold = false;

  const hear = (sessionId: string, committed: readonly Event[]) => {
    const count = (heard.get(sessionId) ?? 0) + committed.length;
    const isDue = count >= eventsBetweenLooks || committed.some(makesOthersVoid);
    if (isDue) due.add(sessionId);
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
      for (const sessionId of maintenance.due(restedSince())) due.add(sessionId);
      lookedForRestedAt = clock.now();
    } catch (error) {
      if (!isTransient(error)) lookedForRestedAt = clock.now(); // Told once an hour, not each round.
      throw error;
    }
  };
  const shorten = async (sessionId: string) => {
    due.delete(sessionId);
    try {
      await drain(() => maintenance.compact(sessionId));
      await drain(() => maintenance.prune(sessionId, restedSince()));
    } catch (error) {
      if (isTransient(error)) due.add(sessionId);
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
    for (const sessionId of [...due])
      await attempt(`The log of session ${sessionId} could not be shortened`, () => shorten(sessionId));
    await attempt("The database could not be made smaller", () => drain(maintenance.vacuum));
    await attempt("The write-ahead log could not be looked at", watchBacklog);
  };
  const run = async () => {
    while (!signal.aborted) {
      await pause(settleMs);
      await round();
      const hasLooked = lookedForRestedAt > -Infinity;
      if (due.size === 0 && hasLooked) await untilDue();
    }
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

function makesOthersVoid({ type }: Event): boolean {
  return type === "message.final" || type === "tool.result";
}

function backlogSentence(bytes: number): string {
  const megabytes = Math.ceil(bytes / 1024 ** 2);
  return (
    `${megabytes} MiB wait in chat_history.db-wal, because another process reads chat_history.db and does not stop. ` +
    "Until it does, the file grows"
  );
}
