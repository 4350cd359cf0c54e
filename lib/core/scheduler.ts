import { AppError } from "../errors.ts";
import type { Task } from "../task.ts";
import type { Kit } from "./kit.ts";
import { runTask } from "./loop.ts";

interface Run {
  sessionId: string;
  controller: AbortController;
  ended: Promise<void>;
}

/** What failed for no fault of its own is tried again after this. */
const faultPauseMs = 1000;

/** Starts tasks: one at a time in a session, a bounded number in all, oldest first. Holds nothing that the database does not know. */
export function createScheduler(kit: Kit, stopping: AbortController) {
  const running = new Map<string, Run>();

  const start = (task: Task): void => {
    const controller = new AbortController();
    const ended = runTask(task.id, kit, controller.signal)
      .catch(async (error: unknown) => {
        kit.reportFault(`Task ${task.id} was cut; it is taken up again`, error);
        await kit.clock.sleep(faultPauseMs, controller.signal).catch(() => {});
      })
      .finally(() => {
        running.delete(task.id);
        wake();
      });
    running.set(task.id, { sessionId: task.sessionId, controller, ended });
  };

  let isAwake = false;
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
    } catch (error) {
      kit.reportFault("Tasks could not be started; it is tried again", error);
      setTimeout(wake, faultPauseMs).unref();
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
      if (!isNext || (free <= 0 && task.state !== "waiting")) continue;
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
    /** Lets every loop reach its next boundary, for at most `graceMs`; then cuts what is still at work. The tasks go on in the next life of the server. */
    stop: async (graceMs: number): Promise<void> => {
      stopping.abort(new AppError("busy", "The server is stopping."));
      const idle = Promise.allSettled([...running.values()].map((run) => run.ended));
      const letGo = ({ controller }: Run) => controller.abort(new Error("The server stops."));
      // Who waits for a person is at a boundary already.
      for (const [id, run] of running) if (kit.storage.tasks.get(id)?.state === "waiting") letGo(run);
      await within(graceMs, idle);
      for (const run of running.values()) letGo(run);
      await within(3000, idle); // A killed command needs at most 2 s.
    },
    runningCount: (): number => running.size,
  };
}

export type Scheduler = ReturnType<typeof createScheduler>;

/** Waits for the work, but not longer. The timer keeps the process alive: what is to be done after it must not be left out. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
