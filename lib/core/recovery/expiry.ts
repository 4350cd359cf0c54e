import type { PendingActions } from "../approvals/pending-actions.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Answers under an idempotency key are kept for twice the promised 24 hours. */
const answersKeptMs = 48 * 3_600_000;
/** Expired actions are looked for at least this often. */
const checkMsMax = 30_000;

export interface ExpiryContext {
  runtime: Pick<Runtime, "clock" | "limits" | "reportFault" | "storage">;
  pendingActions: Pick<PendingActions, "expireOverdue">;
}

/** Expires actions that nobody resolved in time, and deletes old answers of idempotency keys. */
export function removeExpired({ runtime, pendingActions }: ExpiryContext): void {
  const { storage, clock, reportFault } = runtime;
  try {
    pendingActions.expireOverdue();
    storage.atomically("requests.prune", () =>
      storage.requests.prune(timestamp(clock.now() - answersKeptMs)),
    );
  } catch (error) {
    reportFault("Expired actions and old answers could not be removed; it is tried again", error);
  }
}

/** Calls `removeExpired` again and again, until the signal is aborted. */
export async function keepRemovingExpired(context: ExpiryContext, signal: AbortSignal): Promise<void> {
  const { clock, limits } = context.runtime;
  const checkMs = Math.min(checkMsMax, limits.actionTimeoutMs);
  while (!signal.aborted) {
    await clock.sleep(checkMs, signal).then(
      () => removeExpired(context),
      () => {},
    );
  }
}
