import { AppError } from "../errors.ts";
import type { DeltaWriter, EventLog } from "../event.ts";
import type { Atomically } from "../storage.ts";
import { createPendingDeltas, type PendingDeltas } from "./pending-deltas.ts";
import { systemTiming, type Timing } from "./timing.ts";

export interface DeltaWriterOptions {
  log: Pick<EventLog, "append">;
  atomically: Atomically;
  timing?: Timing;
  /** Least time between two writes that nobody asked for. One frame of the desktop. */
  intervalMs?: number;
}

export interface ClosableDeltaWriter extends DeltaWriter {
  /** Writes what is pending and stops the timer. */
  close(): void;
}

/** Time until a write that the database refused for the moment is tried again. */
const retryMs = 250;

export function createDeltaWriter(options: DeltaWriterOptions): ClosableDeltaWriter {
  const { log, atomically, timing = systemTiming, intervalMs = 16 } = options;
  const pending = new Map<string, PendingDeltas>();
  let lastWriteAt = -Infinity;
  let cancelTimer: (() => void) | undefined;
  let failure: { error: unknown; isPassing: boolean } | undefined;
  let isClosed = false;

  const schedule = (ms: number) => {
    cancelTimer ??= timing.schedule(ms, () => {
      cancelTimer = undefined;
      write();
    });
  };
  const write = () => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (failure?.isPassing) failure = undefined; // What it kept is tried again now.
    if (pending.size === 0) return;
    lastWriteAt = timing.now();
    const sessionIds = [...pending.keys()];
    const error = tryWrite(sessionIds);
    if (error !== undefined && !isPassing(error)) for (const id of sessionIds) drop(id, tryWrite([id]));
    else if (error !== undefined) failure ??= { error, isPassing: true };
    if (pending.size > 0 && !isClosed) schedule(retryMs);
  };
  /** Returns what it failed with. */
  const tryWrite = (sessionIds: string[]): unknown => {
    try {
      atomically(() => {
        for (const id of sessionIds) log.append(id, pending.get(id)?.events() ?? []);
      });
      for (const id of sessionIds) pending.delete(id);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  /** What can never be written is dropped, and told: one session must not stop the others. */
  const drop = (sessionId: string, error: unknown) => {
    if (error === undefined || isPassing(error)) return;
    pending.delete(sessionId);
    if (failure === undefined || failure.isPassing) failure = { error, isPassing: false };
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
      if (cancelTimer === undefined) schedule(Math.ceil(lastWriteAt + intervalMs - timing.now()));
    },
    flush() {
      write();
      throwFailure();
    },
    close() {
      isClosed = true;
      write();
      throwFailure();
    },
  };
}

/** Whether trying again later can go well; then the text stays pending. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && (error.code === "busy" || error.code === "storage-full");
}
