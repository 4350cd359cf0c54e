/** npm passes on the signal that the terminal sent to everybody: the same one, so soon, is no second one. */
const echoMs = 500;

/** SIGTERM and SIGINT end the process cleanly, with 0; a second one ends it at once, with 130. */
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
