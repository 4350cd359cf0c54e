import type { Clock } from "../../ports/clock.ts";
import { AppError, isTransient } from "../../errors.ts";
import type { Task } from "../../task.ts";
import { noTaskTracer } from "../../ports/tracer.ts";
import type { Kit } from "./kit.ts";
import { runTask } from "./loop.ts";

interface Run {
  sessionId: string;
  controller: AbortController;
  ended: Promise<void>;
}

/** What failed for no fault of its own is tried again after this, and after twice as long each further time, up to a bound. */
const faultPauseMs = 1000;
const faultPauseMsMax = 4000;

/** Starts tasks: one at a time in a session, a bounded number in all, oldest first. Holds nothing that the database does not know. */
export function createScheduler(kit: Kit, stopping: AbortController) {
  const { tracer = noTaskTracer } = kit;
  const running = new Map<string, Run>();
  /** Tasks that can neither go on nor be ended, until the next start. Nothing of theirs could be written. */
  const leftAlone = new Set<string>();
  /** How often in a row each was cut by what will pass. */
  const cuts = new Map<string, number>();

  const start = (task: Task): void => {
    const controller = new AbortController();
    const ended = tracer
      .task(task, () => runTask(task.id, kit, controller.signal))
      .then(() => void cuts.delete(task.id))
      .catch((error: unknown) =>
        isTransient(error) ? rest(task, error, controller.signal) : leave(task, error),
      )
      .finally(() => {
        running.delete(task.id);
        wake();
      });
    running.set(task.id, { sessionId: task.sessionId, controller, ended });
  };

  const rest = async ({ id }: Task, error: unknown, signal: AbortSignal): Promise<void> => {
    const count = (cuts.get(id) ?? 0) + 1;
    cuts.set(id, count);
    if (isToldAgain(count)) kit.reportFault(`Task ${id} was cut; it is taken up again`, error);
    await kit.clock.sleep(pauseAfter(count), AbortSignal.any([signal, stopping.signal])).catch(() => {});
  };

  const leave = ({ id }: Task, error: unknown): void => {
    leftAlone.add(id);
    cuts.delete(id);
    kit.reportFault(
      `Task ${id} can neither go on nor be ended; it is left alone until the next start`,
      error,
    );
  };

  let isAwake = false;
  let failedStarts = 0;
  /** In a turn of its own, so that the answer which made the task is sent first. */
  const wake = (): void => {
    if (!isAwake) setImmediate(startNext);
    isAwake = true;
  };

  const startNext = (): void => {
    isAwake = false;
    if (kit.isStopping()) return;
    try {
      startAll();
      failedStarts = 0;
    } catch (error) {
      failedStarts++;
      if (isToldAgain(failedStarts)) kit.reportFault("Tasks could not be started; it is tried again", error);
      kit.clock.sleep(pauseAfter(failedStarts), stopping.signal).then(wake, () => {});
    }
  };

  const startAll = (): void => {
    const unfinished = kit.storage.tasks.unfinished();
    // A task that waits for a person takes nobody's place, for however many days it waits.
    const waiting = unfinished.filter((task) => running.has(task.id) && task.state === "waiting");
    let free = kit.limits.runningTasksMax - (running.size - waiting.length);
    // The loop of a task that was cancelled may still be ending its command: the next task waits for that.
    const busy = new Set([...running.values()].map(({ sessionId }) => sessionId));
    for (const task of unfinished) {
      const isNext = !busy.has(task.sessionId);
      busy.add(task.sessionId);
      if (!isNext || leftAlone.has(task.id) || (free <= 0 && task.state !== "waiting")) continue;
      if (task.state !== "waiting") free--;
      start(task);
    }
  };

  return {
    /** Looks for tasks to start; call it after the commit that made one. */
    wake,
    /** Makes the loop of a task that was ended let go: closes its stream, kills its command. */
    abort: (taskId: string): void =>
      running.get(taskId)?.controller.abort(new Error("The task was cancelled.")),
    /** Lets every loop reach its next boundary, for at most `graceMs`; then cuts what is still at work. The tasks go on in the next run of the server. */
    stop: async (graceMs: number): Promise<void> => {
      stopping.abort(new AppError("busy", "The server is stopping."));
      const idle = Promise.allSettled([...running.values()].map((run) => run.ended));
      const letGo = ({ controller }: Run) => controller.abort(new Error("The server stops."));
      // Who waits for a person is at a boundary already.
      for (const [id, run] of running) if (kit.storage.tasks.outline(id)?.state === "waiting") letGo(run);
      await within(graceMs, idle, kit.clock);
      for (const run of running.values()) letGo(run);
      await within(3000, idle, kit.clock); // A killed command needs at most 2 s.
    },
    runningCount: (): number => running.size,
  };
}

export type Scheduler = ReturnType<typeof createScheduler>;

function pauseAfter(count: number): number {
  return Math.min(faultPauseMs * 2 ** (count - 1), faultPauseMsMax);
}

/** The first time, the second, the fourth, and so on: what lasts for hours fills no log. */
function isToldAgain(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

/** Waits for the work, but not longer. The sleep keeps the process alive: what is to be done after it must not be left out. */
async function within(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, clock.sleep(ms, done.signal).catch(() => {})]);
  done.abort();
}
