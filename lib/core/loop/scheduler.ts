import { backOffMs, isReported } from "../../ports/back-off.ts";
import { AppError, isTransient } from "../../errors.ts";
import { waitAtMost } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";

export interface SchedulerOptions extends Pick<Runtime, "clock" | "limits" | "reportFault" | "tracer"> {
  storage: Pick<Runtime["storage"], "events" | "tasks">;
  /** Runs a task until it ends, or until the signal is aborted or the server stops. */
  runTask(taskId: string, signal: AbortSignal): Promise<void>;
  /** The scheduler aborts it when the server stops. */
  stopping: AbortController;
}

/** Starts tasks, oldest first: one at a time in a session, and a bounded number in all. */
export function createScheduler(options: SchedulerOptions) {
  const state: SchedulerState = {
    ...options,
    loops: new Map(),
    leftAlone: new Set(),
    failures: new Map(),
    isWakePending: false,
    failedStarts: 0,
  };
  return {
    /** Starts the tasks that are on record. */
    start: () => start(state),
    /** Looks for tasks to start. Call it after the commit that made one. */
    wake: () => wake(state),
    /** Aborts the loop of a task that has ended: closes its model stream, kills its command. */
    abort: (id: string) => state.loops.get(id)?.controller.abort(new Error("The task was cancelled.")),
    /** Lets loops finish their step within `graceMs`, then aborts them. Their tasks go on in the next run of the server. */
    stop: (graceMs: number) => stop(state, graceMs),
  };
}

export type Scheduler = ReturnType<typeof createScheduler>;

interface SchedulerState extends SchedulerOptions {
  /** Running loops by task. */
  loops: Map<string, RunningLoop>;
  /** Tasks that failed and could not be ended, because nothing of theirs could be written. They rest until the next start. */
  leftAlone: Set<string>;
  /** Transient failures in a row, by task. */
  failures: Map<string, number>;
  isWakePending: boolean;
  /** Failures in a row to start tasks. */
  failedStarts: number;
}

interface RunningLoop {
  sessionId: string;
  controller: AbortController;
  ended: Promise<void>;
}

/** Pauses after transient failures. */
const backOff = { firstMs: 1000, mostMs: 4000 };
const abortedLoopMsMax = 3000; // A killed command needs at most 2 s to end.

function start(state: SchedulerState): void {
  wake(state);
  state.storage.events.onCommitted((_, events) => {
    // A task that waits for a person makes room for another one.
    if (events.some(({ type }) => type === "action.required")) wake(state);
  });
}

/** Starts tasks in a later turn of the event loop, so that the response to the request that made the task is sent first. */
function wake(state: SchedulerState): void {
  if (!state.isWakePending) setImmediate(() => startTasks(state));
  state.isWakePending = true;
}

function startTasks(state: SchedulerState): void {
  const { clock, stopping, reportFault } = state;
  state.isWakePending = false;
  if (stopping.signal.aborted) return;
  try {
    for (const task of nextTasks(state)) startLoop(state, task);
    state.failedStarts = 0;
  } catch (error) {
    const count = ++state.failedStarts;
    if (isReported(count)) reportFault("Tasks could not be started; it is tried again", error);
    const retry = () => wake(state);
    clock.sleep(backOffMs(backOff, count), stopping.signal).then(retry, () => {});
  }
}

/** Tasks to start now: the oldest of each session without a running loop, as many as may run. */
function nextTasks({ storage, loops, leftAlone, limits }: SchedulerState): Task[] {
  const unfinished = storage.tasks.unfinished();
  // A task that waits for a person takes no place among the running ones, however long it waits.
  const waiting = unfinished.filter((task) => loops.has(task.id) && task.state === "waiting");
  let free = limits.runningTasksMax - (loops.size - waiting.length);
  // The loop of a cancelled task may still be ending its command. The next task of the session waits for that.
  const busySessions = new Set([...loops.values()].map(({ sessionId }) => sessionId));
  return unfinished.filter((task) => {
    const isNext = !busySessions.has(task.sessionId);
    busySessions.add(task.sessionId);
    if (!isNext || leftAlone.has(task.id) || (free <= 0 && task.state !== "waiting")) return false;
    if (task.state !== "waiting") free--;
    return true;
  });
}

function startLoop(state: SchedulerState, task: Task): void {
  const { tracer, loops, failures } = state;
  const controller = new AbortController();
  const { signal } = controller;
  const run = () => state.runTask(task.id, signal);
  const ended = (tracer === undefined ? run() : tracer.task(task, run))
    .then(() => void failures.delete(task.id))
    .catch((error: unknown) => handleFailure(state, { id: task.id, signal }, error))
    .finally(() => {
      loops.delete(task.id);
      wake(state);
    });
  loops.set(task.id, { sessionId: task.sessionId, controller, ended });
}

/** Waits before the task is started again; leaves it alone when the failure is not transient. */
async function handleFailure(
  state: SchedulerState,
  { id, signal }: { id: string; signal: AbortSignal },
  error: unknown,
): Promise<void> {
  const { clock, failures, leftAlone, reportFault, stopping } = state;
  if (!isTransient(error)) {
    leftAlone.add(id);
    failures.delete(id);
    const message = `Task ${id} can neither go on nor be ended; it is left alone until the next start`;
    return reportFault(message, error);
  }
  const count = (failures.get(id) ?? 0) + 1;
  failures.set(id, count);
  if (isReported(count)) reportFault(`Task ${id} was cut; it is taken up again`, error);
  await clock.sleep(backOffMs(backOff, count), AbortSignal.any([signal, stopping.signal])).catch(() => {});
}

async function stop({ clock, loops, storage, stopping }: SchedulerState, graceMs: number): Promise<void> {
  stopping.abort(new AppError("busy", "The server is stopping."));
  const allEnded = Promise.allSettled([...loops.values()].map((loop) => loop.ended));
  const abort = ({ controller }: RunningLoop) => controller.abort(new Error("The server stops."));
  // A task that waits for a person is between two steps already.
  for (const [id, loop] of loops) if (storage.tasks.outline(id)?.state === "waiting") abort(loop);
  await waitAtMost(graceMs, clock, allEnded);
  for (const loop of loops.values()) abort(loop);
  await waitAtMost(abortedLoopMsMax, clock, allEnded);
}
