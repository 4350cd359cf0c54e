import type { Action } from "../../action.ts";

/** Who waits for which decision; in memory only, for the decision itself is a row. */
export function createActionWaiters() {
  const waiting = new Map<string, (action: Action) => void>();
  return {
    /** Call it after the commit of the decision. */
    tell: (action: Action): void => waiting.get(action.id)?.(action),

    /** Rejects with the signal's reason when that is aborted first. */
    wait: (id: string, signal: AbortSignal): Promise<Action> =>
      new Promise((settle, reject) => {
        const stop = () => {
          waiting.delete(id);
          signal.removeEventListener("abort", onAbort);
        };
        const onAbort = () => {
          stop();
          reject(signal.reason as Error);
        };
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.set(id, (resolved) => {
          stop();
          settle(resolved);
        });
      }),
  };
}
