/** Waits, without keeping the server alive. False when the signal came first. */
export function pausedFor(ms: number, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), ms).unref();
  const onAbort = () => {
    clearTimeout(timer);
    resolve(false);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
