import { AppError, isTransient } from "../errors.ts";
import type { DeltaWriter, EventLog } from "../event.ts";
import { systemTimers, type TimerSource } from "../ports/clock.ts";
import type { Storage } from "../ports/storage.ts";
import { deltasOf, type PendingEntry, type PendingText, putInFront } from "./pending-deltas.ts";

export interface DeltaWriterOptions {
  log: Pick<EventLog, "append">;
  atomically: Storage["atomically"];
  afterCommit: Storage["afterCommit"];
  timers?: TimerSource;
  /** Least time between two writes that nobody asked for. By default 16: one frame of the desktop client. */
  intervalMs?: number;
}

export interface ClosableDeltaWriter extends DeltaWriter {
  /**
   * Writes what is pending and stops the timer. Text that the database refuses for the moment is lost; the next run of
   * the server generates it again. Throws other failures.
   */
  close(): void;
}

/** A slow write is followed by a pause as long as itself, up to this: pieces get longer, and the server stays responsive. */
const pauseMaxMs = 250;

/** Time until a write that the database refused for the moment is tried again. */
const retryMs = 250;

export function createDeltaWriter(options: DeltaWriterOptions): ClosableDeltaWriter {
  const { log, atomically, afterCommit, timers = systemTimers, intervalMs = 16 } = options;
  const writer: Writer = {
    ...{ log, atomically, afterCommit, timers, intervalMs },
    pending: new Map(),
    nextWriteAt: -Infinity,
    cancelTimer: undefined,
    failure: undefined,
    isClosed: false,
  };
  return {
    push: (delta) => push(writer, delta),
    flush: () => {
      write(writer);
      throwFailure(writer);
    },
    close: () => {
      writer.isClosed = true;
      write(writer);
      if (!writer.failure?.isTransient) throwFailure(writer);
    },
  };
}

interface Writer extends Required<DeltaWriterOptions> {
  pending: PendingText;
  /** As `timers.now` counts. */
  nextWriteAt: number;
  cancelTimer: (() => void) | undefined;
  /** What the next call throws. */
  failure: { error: unknown; isTransient: boolean } | undefined;
  isClosed: boolean;
}

function push(writer: Writer, delta: Parameters<DeltaWriter["push"]>[0]): void {
  throwFailure(writer);
  if (writer.isClosed) throw new AppError("busy", "The server is stopping; nothing is written any more.");
  deltasOf(writer.pending, delta.sessionId).add(delta);
  // At the end of this turn of the event loop at the earliest, so that the deltas of one network packet become one event.
  if (writer.cancelTimer === undefined) schedule(writer, Math.ceil(writer.nextWriteAt - writer.timers.now()));
}

function schedule(writer: Writer, ms: number): void {
  writer.cancelTimer ??= writer.timers.schedule(ms, () => {
    writer.cancelTimer = undefined;
    write(writer);
  });
}

function write(writer: Writer): void {
  const { timers, pending } = writer;
  writer.cancelTimer?.();
  writer.cancelTimer = undefined;
  if (writer.failure?.isTransient) writer.failure = undefined; // Its text is tried again now.
  if (pending.size === 0) return;
  const startedAt = timers.now();
  writer.nextWriteAt = startedAt + writer.intervalMs;
  const batch = [...pending];
  pending.clear();
  writeBatch(writer, batch);
  const endedAt = timers.now();
  writer.nextWriteAt = Math.max(writer.nextWriteAt, endedAt + Math.min(endedAt - startedAt, pauseMaxMs));
  if (pending.size > 0 && !writer.isClosed) schedule(writer, retryMs);
}

function writeBatch(writer: Writer, batch: readonly PendingEntry[]): void {
  const error = tryWrite(writer, batch);
  if (error === undefined) return;
  if (isTransient(error)) putBack(writer, batch, error);
  else for (const entry of batch) writeAlone(writer, entry);
}

/** Drops and reports text that can never be written, so that one session does not stop the others. */
function writeAlone(writer: Writer, entry: PendingEntry): void {
  const error = tryWrite(writer, [entry]);
  if (error === undefined) return;
  if (isTransient(error)) putBack(writer, [entry], error);
  else if (writer.failure === undefined || writer.failure.isTransient)
    writer.failure = { error, isTransient: false };
}

/** Returns the error of a write that failed. */
function tryWrite(writer: Writer, batch: readonly PendingEntry[]): unknown {
  try {
    writer.atomically("deltas.write", () => {
      for (const [sessionId, deltas] of batch) writer.log.append(sessionId, deltas.events());
    });
    putBackAfterRollback(writer, batch);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A flush may have joined a transaction of its caller, which ends in the same turn of the event loop. */
function putBackAfterRollback(writer: Writer, batch: readonly PendingEntry[]): void {
  let isCommitted = false;
  writer.afterCommit(() => (isCommitted = true)); // Runs at once outside of a transaction.
  if (isCommitted) return;
  queueMicrotask(() => {
    if (isCommitted) return;
    putBack(writer, batch);
    schedule(writer, 0);
  });
}

function putBack(writer: Writer, batch: readonly PendingEntry[], error?: unknown): void {
  putInFront(writer.pending, batch);
  if (error !== undefined) writer.failure ??= { error, isTransient: true };
}

/** A transient failure is thrown until a write succeeds, another one once. */
function throwFailure(writer: Writer): void {
  const { failure } = writer;
  if (failure === undefined) return;
  if (!failure.isTransient) writer.failure = undefined;
  throw failure.error;
}
