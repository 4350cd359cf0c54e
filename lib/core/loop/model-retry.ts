import { backOffMs } from "../../ports/back-off.ts";
import { AppError } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { isTransientModelFailure } from "../../model.ts";
import type { ModelError } from "../../model.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";

export interface ModelRetryContext extends Pick<Runtime, "clock" | "deltas"> {
  journal: Pick<Journal, "reportStatus">;
  /** Aborted when the server is asked to stop: ends the wait. */
  stopping: AbortSignal;
}

/** Tries of one request, the first included. */
const triesMax = 6;
/** A provider that asks for a longer wait has failed, and the person is told. */
const retryWaitMsMax = 5 * 60_000;
/** Waits between tries when the provider names no time; the desktop also starts at 1 s. */
const retryBackOff = { firstMs: 1000, mostMs: retryWaitMsMax };
export interface ModelRetry {
  task: Task;
  model: string;
  /** Tries made so far. */
  tries: number;
  signal: AbortSignal;
}

/** Waits before the next try and tells people so; throws what ends the task when another try makes no sense. */
export async function waitForRetry(
  context: ModelRetryContext,
  error: ModelError,
  retry: ModelRetry,
): Promise<void> {
  const { clock, deltas, journal, stopping } = context;
  const { task, model, tries, signal } = retry;
  const waitMs = error.retryAfterMs ?? backOffMs(retryBackOff, tries);
  if (!isTransientModelFailure(error.failure) || tries >= triesMax || waitMs > retryWaitMsMax)
    throw failedTurn(error, model, tries);
  deltas.flush();
  const seconds = Math.max(1, Math.round(waitMs / 1000));
  journal.reportStatus(
    task.id,
    `${error.message} Trying again in ${seconds} s (${tries} of ${triesMax - 1}).`,
  );
  // A stop of the server ends the wait; its next run asks the model at once.
  await clock.sleep(waitMs, AbortSignal.any([signal, stopping]));
}

function failedTurn(error: ModelError, model: string, tries: number): AppError {
  const detail = `${model}: ${error.message}`;
  const options = { cause: error };
  switch (error.failure) {
    case "context-overflow":
      return new AppError(
        "context-overflow",
        `${detail} Start a new session, or choose a model with a larger context.`,
        options,
      );
    case "unauthorized":
    case "refused":
      return new AppError("model-refused", detail, options);
    default:
      return new AppError(
        "model-failed",
        `${detail} Tried ${tries} ${tries === 1 ? "time" : "times"}; send a message to try again.`,
        options,
      );
  }
}
