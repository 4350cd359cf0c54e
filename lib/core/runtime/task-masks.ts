import type { Task } from "../../task.ts";
import type { SecretMask } from "../../settings.ts";

export interface TaskMasks {
  /** What is masked of what the tools of a task give out, and of what is sent to its model: the settings of the task count. */
  maskOf(task: Task): SecretMask;
}
