/** Gives up a connection that has gone silent. */
export interface Watch {
  /** Aborted when the other signal is, or after too long a silence. */
  readonly signal: AbortSignal;
  /** Waits for something, but not longer than the silence allowed. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Ends the connection, and with it the watch. */
  stop(): void;
}

export function watch(silenceMsMax: number, outer: AbortSignal | undefined): Watch {
  const controller = new AbortController();
  const onAbort = () => controller.abort(outer?.reason);
  outer?.addEventListener("abort", onAbort);
  if (outer?.aborted) onAbort();
  return {
    signal: controller.signal,
    async during(work) {
      const timer = setTimeout(
        () => controller.abort(new Error(`Nothing came for ${silenceMsMax} ms.`)),
        silenceMsMax,
      );
      try {
        return await work;
      } finally {
        clearTimeout(timer);
      }
    },
    stop() {
      outer?.removeEventListener("abort", onAbort);
      controller.abort();
    },
  };
}
