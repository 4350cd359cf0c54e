import { isTransient } from "../../errors.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { createBacklogWatch } from "./backlog.ts";
import {
  addDueLog,
  countEvents,
  createDueLogs,
  nextDueInMs,
  settledLogs,
  settleMs,
  takeDueLog,
} from "./due-logs.ts";
import type { DueLog, DueLogs } from "./due-logs.ts";

/** Least time between two rounds: many sessions share one. */
const paceMs = 1000;
/** Pause between two short transactions, so that others can write. */
const pauseMs = 10;
/** Pause after a transient failure. */
const retryMs = 5000;
/** A session in which nothing happened for so long keeps its state and loses its log. */
const idleMs = 30 * 24 * 3_600_000;
/** Time between two searches for such sessions. */
const idleSearchMs = 3_600_000;

/** Shortens the logs and the database while the server works, in short transactions, until `signal` is aborted. */
export function startMaintenance(runtime: MaintenanceRuntime, signal: AbortSignal): void {
  const { clock, reportFault, storage } = runtime;
  const context: MaintenanceContext = {
    runtime,
    signal,
    logs: createDueLogs(clock),
    wake: () => {},
    searchedAt: -Infinity,
    watchBacklog: createBacklogWatch(storage.maintenance, reportFault),
  };
  storage.events.onCommitted((sessionId, events) => {
    if (countEvents(context.logs, sessionId, events)) context.wake();
  });
  runRounds(context).catch((error: unknown) => {
    if (!signal.aborted) reportFault("The maintenance of the database ended", error);
  });
}

type MaintenanceRuntime = Pick<Runtime, "clock" | "reportFault" | "storage">;

interface MaintenanceContext {
  runtime: MaintenanceRuntime;
  signal: AbortSignal;
  logs: DueLogs;
  /** Ends the wait for the next due log. */
  wake(): void;
  /** When idle sessions were last looked for, in milliseconds since the epoch. */
  searchedAt: number;
  watchBacklog(): void;
}

async function runRounds(context: MaintenanceContext): Promise<void> {
  const { logs, signal } = context;
  await pause(context, settleMs); // The server starts first.
  while (!signal.aborted) {
    await runRound(context);
    const hasSearched = context.searchedAt > -Infinity;
    if (nextDueInMs(logs) === undefined && hasSearched) await waitUntilDue(context);
    await pause(context, Math.max(paceMs, nextDueInMs(logs) ?? settleMs));
  }
}

async function runRound(context: MaintenanceContext): Promise<void> {
  const { maintenance } = context.runtime.storage;
  await attempt(context, "The logs to be shortened are not known", () => findIdleSessions(context));
  for (const log of settledLogs(context.logs))
    await attempt(context, `The log of session ${log.sessionId} could not be shortened`, () =>
      shortenLog(context, log),
    );
  await attempt(context, "The database could not be made smaller", () =>
    repeat(context, () => maintenance.vacuum()),
  );
  await attempt(context, "The write-ahead log could not be looked at", () => context.watchBacklog());
}

async function waitUntilDue(context: MaintenanceContext): Promise<void> {
  const { runtime, signal } = context;
  const woken = new AbortController();
  context.wake = () => woken.abort();
  await runtime.clock.sleep(idleSearchMs, AbortSignal.any([signal, woken.signal])).catch(() => {});
}

/** Nothing here is urgent: after a failure the next round tries again. */
async function attempt(
  context: MaintenanceContext,
  failure: string,
  work: () => void | Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (context.signal.aborted) return;
    if (!isTransient(error)) return context.runtime.reportFault(failure, error);
    await pause(context, retryMs);
  }
}

function findIdleSessions(context: MaintenanceContext): void {
  const { clock, storage } = context.runtime;
  if (clock.now() - context.searchedAt < idleSearchMs) return;
  try {
    // Logs that only this search finds were written by an earlier run. They have settled while this one started.
    for (const id of storage.maintenance.due(idleSince(context)))
      addDueLog(context.logs, id, storage.events.bounds(id).lastSequence, 0);
    context.searchedAt = clock.now();
  } catch (error) {
    if (!isTransient(error)) context.searchedAt = clock.now(); // Reported once an hour, not in each round.
    throw error;
  }
}

function idleSince({ runtime }: MaintenanceContext): string {
  return timestamp(runtime.clock.now() - idleMs);
}

async function shortenLog(context: MaintenanceContext, log: DueLog): Promise<void> {
  const { maintenance } = context.runtime.storage;
  const { sessionId, upTo, newest } = log;
  takeDueLog(context.logs, log);
  try {
    await repeat(context, () => maintenance.compact(sessionId, upTo));
    await repeat(context, () => maintenance.prune(sessionId, idleSince(context)));
  } catch (error) {
    if (isTransient(error)) addDueLog(context.logs, sessionId, newest);
    throw error;
  }
}

/** Repeats a short transaction for as long as it asks for another one. */
async function repeat(context: MaintenanceContext, step: () => boolean): Promise<void> {
  while (step()) await pause(context, pauseMs);
  await pause(context, pauseMs);
}

function pause({ runtime, signal }: MaintenanceContext, ms: number): Promise<void> {
  return runtime.clock.sleep(ms, signal);
}
