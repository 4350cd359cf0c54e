import { AppError, isDamage, problemOf } from "../../errors.ts";
import type { Task } from "../../task.ts";
import type { Journal } from "../journal/journal.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Further runs of the server that a step may cut short before its task is given up. */
const recoveriesMax = 3;

const afterStop = "The server was restarted; the task goes on.";
const afterCrash = "The server ended abruptly and was started again; the task goes on.";

/** Keeps a task at which the server ends time and again, such as for want of memory, from being its end forever. */
export function createRecovery({ storage, reportFault }: Runtime, journal: Journal) {
  const { tasks } = storage;

  const takeUp = (taskId: string): void =>
    journal.live({ taskId, as: "task.recover" }, () => {
      const count = tasks.countRecovery(taskId);
      if (count === undefined) return; // Told before, by a life that ended before it came to this task.
      if (count <= recoveriesMax) return journal.tell(taskId, count === 0 ? afterStop : afterCrash);
      const detail = `The server ended abruptly ${count} times in a row at this step; it is not tried again. Send a message to go on.`;
      const problem = problemOf(new AppError("interrupted", detail), `/v1/tasks/${taskId}`);
      journal.close(taskId, { state: "failed", problem, detail });
    });

  const tryEach = (work: (task: Task) => void): void => {
    for (const task of tasks.unfinished()) {
      try {
        work(task);
      } catch (error) {
        if (isDamage(error)) continue; // Its loop ends it, with a word in the log.
        reportFault(`Task ${task.id} could not be looked at`, error);
      }
    }
  };

  return {
    /** Call it before anything else is written. What waits for a person or in the queue was not cut short. */
    start: (): void =>
      tryEach(({ id, state }) => {
        if (state === "running") takeUp(id);
      }),
    /** The server ends as it should, and the next run counts one that is no fault of the task. */
    stop: (): void =>
      tryEach(({ id, state }) => {
        if (state === "running") storage.atomically("task.note-stop", () => tasks.rest(id));
      }),
  };
}
