import { AppError, isTransient } from "../errors.ts";
import type { DeltaWriter, EventLog } from "../event.ts";
import type { Storage } from "../ports/storage.ts";
import { createPendingDeltas, type PendingDeltas } from "./pending-deltas.ts";
import { systemTimers, type TimerSource } from "./timer-source.ts";

export interface DeltaWriterOptions {
  log: Pick<EventLog, "append">;
  atomically: Storage["atomically"];
  afterCommit: Storage["afterCommit"];
  timers?: TimerSource;
  /** Least time between two writes that nobody asked for. One frame of the desktop. */
  intervalMs?: number;
}

export interface ClosableDeltaWriter extends DeltaWriter {
  /** Writes what is pending and stops the timer. What the database refuses for the moment is let go: the next run says it again. */
  close(): void;
}

type Entry = readonly [sessionId: string, deltas: PendingDeltas];

/** A write that took long is followed by as long a rest, up to this: a slow disk makes the pieces longer, not the server deaf. */
const restMaxMs = 250;

/** Time until a write that the database refused for the moment is tried again. */
const retryMs = 250;

export function createDeltaWriter(options: DeltaWriterOptions): ClosableDeltaWriter {
  const { log, atomically, afterCommit, timers = systemTimers, intervalMs = 16 } = options;
  const pending = new Map<string, PendingDeltas>();
  let nextWriteAt = -Infinity;
  let cancelTimer: (() => void) | undefined;
  let failure: { error: unknown; isPassing: boolean } | undefined;
  let isClosed = false;

  const schedule = (ms: number) => {
    cancelTimer ??= timers.schedule(ms, () => {
      cancelTimer = undefined;
      write();
    });
  };
  const write = () => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (failure?.isPassing) failure = undefined; // What it kept is tried again now.
    if (pending.size === 0) return;
    const startedAt = timers.now();
    nextWriteAt = startedAt + intervalMs;
    const batch = [...pending];
    pending.clear();
    const error = tryWrite(batch);
    if (error !== undefined && isTransient(error)) keep(batch, error);
    else if (error !== undefined) batch.forEach(writeAlone);
    const endedAt = timers.now();
    nextWriteAt = Math.max(nextWriteAt, endedAt + Math.min(endedAt - startedAt, restMaxMs));
    if (pending.size > 0 && !isClosed) schedule(retryMs);
  };
  /** Returns what it failed with. */
  const tryWrite = (batch: readonly Entry[]): unknown => {
    try {
      atomically("deltas.write", () => {
        for (const [sessionId, deltas] of batch) log.append(sessionId, deltas.events());
      });
      bringBackAfterRollback(batch);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  /** A flush may have joined a transaction that is not ours. None outlives the turn it began in. */
  const bringBackAfterRollback = (batch: readonly Entry[]) => {
    let isCommitted = false;
    afterCommit(() => (isCommitted = true)); // At once outside of one.
    if (isCommitted) return;
    queueMicrotask(() => {
      if (isCommitted) return;
      keep(batch);
      schedule(0);
    });
  };
  /** Puts a batch back, before what came since. */
  const keep = (batch: readonly Entry[], error?: unknown) => {
    const since = [...pending];
    pending.clear();
    for (const [sessionId, deltas] of batch) pending.set(sessionId, deltas);
    for (const [sessionId, deltas] of since) deltasOf(sessionId).append(deltas);
    if (error !== undefined) failure ??= { error, isPassing: true };
  };
  /** What can never be written is dropped, and told: one session must not stop the others. */
  const writeAlone = (entry: Entry) => {
    const error = tryWrite([entry]);
    if (error === undefined) return;
    if (isTransient(error)) keep([entry], error);
    else if (failure === undefined || failure.isPassing) failure = { error, isPassing: false };
  };
  const throwFailure = () => {
    if (failure === undefined) return;
    const { error } = failure;
    if (!failure.isPassing) failure = undefined; // Told once; a passing one stands until a write goes well.
    throw error;
  };
  const deltasOf = (sessionId: string) => {
    const found = pending.get(sessionId) ?? createPendingDeltas();
    if (!pending.has(sessionId)) pending.set(sessionId, found);
    return found;
  };
  return {
    push(delta) {
      throwFailure();
      if (isClosed) throw new AppError("busy", "The server is stopping; nothing is written any more.");
      deltasOf(delta.sessionId).add(delta);
      // At the end of this turn at the earliest: what arrived in one network packet becomes one event.
      if (cancelTimer === undefined) schedule(Math.ceil(nextWriteAt - timers.now()));
    },
    flush() {
      write();
      throwFailure();
    },
    close() {
      isClosed = true;
      write();
      if (!failure?.isPassing) throwFailure();
    },
  };
}
