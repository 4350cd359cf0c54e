/** Ends a connection on which nothing arrives any more. */
export interface SilenceLimit {
  /** Aborted when the outer signal is aborted, when nothing arrived for too long, or by `stop`. */
  readonly signal: AbortSignal;
  /** Waits for `work`. Aborts the signal when that takes longer than the limit. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Aborts the signal and stops listening to the outer one. */
  stop(): void;
}

export function limitSilence(silenceMsMax: number, outer: AbortSignal | undefined): SilenceLimit {
  const controller = new AbortController();
  const onAbort = () => controller.abort(outer?.reason);
  outer?.addEventListener("abort", onAbort);
  if (outer?.aborted) onAbort();
  return {
    signal: controller.signal,
    during: (work) => abortIfSlow(controller, work, silenceMsMax),
    stop() {
      outer?.removeEventListener("abort", onAbort);
      controller.abort();
    },
  };
}

async function abortIfSlow<T>(controller: AbortController, work: Promise<T>, msMax: number): Promise<T> {
  const timer = setTimeout(() => controller.abort(new Error(`Nothing arrived for ${msMax} ms.`)), msMax);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
