/** The terminal sends a signal to npm and to us, and npm passes its own on. A copy within this time does not count as a second signal. */
const echoMs = 500;

/** SIGTERM and SIGINT stop the process cleanly, with exit code 0. A second one ends it at once, with 130. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let first: { signal: NodeJS.Signals; atMs: number } | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const atMs = performance.now();
    if (first?.signal === signal && atMs - first.atMs < echoMs) return;
    if (first) process.exit(130);
    first = { signal, atMs };
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
}
