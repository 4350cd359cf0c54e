import { AppError, isDamage, problemOf } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";

/** A task is given up when the server ended abruptly more often than this, in a row, at the same step of the task. */
const recoveriesMax = 3;

const afterStop = "The server was restarted; the task goes on.";
const afterCrash = "The server ended abruptly and was started again; the task goes on.";

export interface RecoveryContext {
  runtime: Pick<Runtime, "reportFault" | "storage">;
  journal: Pick<Journal, "changeTask" | "end" | "reportStatus">;
}

/**
 * Counts the interruption of every running task, and ends a task that may be what ends the server, for example by using
 * all memory. Call it at the start, before anything else is written. Queued and waiting tasks were not interrupted.
 */
export function recoverTasks(context: RecoveryContext): void {
  forEachRunning(context, ({ id }) => recoverTask(context, id));
}

/** Records that the server stops in order, so that the next run does not count it as a crash. */
export function noteStop(context: RecoveryContext): void {
  const { storage } = context.runtime;
  forEachRunning(context, ({ id }) => storage.atomically("task.note-stop", () => storage.tasks.rest(id)));
}

function forEachRunning({ runtime }: RecoveryContext, work: (task: Task) => void): void {
  for (const task of runtime.storage.tasks.unfinished()) {
    try {
      if (task.state === "running") work(task);
    } catch (error) {
      if (isDamage(error)) continue; // The task's loop ends it and reports the damage.
      runtime.reportFault(`Task ${task.id} could not be looked at`, error);
    }
  }
}

function recoverTask({ runtime, journal }: RecoveryContext, taskId: string): void {
  journal.changeTask({ taskId, boundary: "task.recover" }, () => {
    const count = runtime.storage.tasks.countRecovery(taskId);
    if (count === undefined) return; // Counted and reported by an earlier run that ended before the task began again.
    if (count <= recoveriesMax) return journal.reportStatus(taskId, count === 0 ? afterStop : afterCrash);
    const detail = `The server ended abruptly ${count} times in a row at this step; it is not tried again. Send a message to go on.`;
    const problem = problemOf(new AppError("interrupted", detail), `/v1/tasks/${taskId}`);
    journal.end(taskId, { state: "failed", problem, detail });
  });
}
