/** Node's own fetch gives up after this much silence, whatever our limit is. */
const nodePatienceMs = 300_000;

/** Node's fetch, or, when more patience is asked for than it has, one that waits without end. */
export async function fetchWithIdleTimeout(idleTimeoutMs: number): Promise<typeof globalThis.fetch> {
  if (idleTimeoutMs <= nodePatienceMs) return globalThis.fetch;
  const { Agent, fetch } = await import("undici");
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  // The package's fetch differs from Node's in its types alone.
  const patient = fetch as unknown as (url: unknown, init: unknown) => Promise<Response>;
  return (url, init) => patient(url, { ...init, dispatcher });
}
