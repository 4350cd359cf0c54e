import type { Clock } from "../ports/clock.ts";
import { ModelError } from "../model.ts";

type Fetch = typeof globalThis.fetch;

export interface IdleTimeoutOptions {
  fetch: Fetch;
  clock: Clock;
  idleTimeoutMs: number;
  /** Aborted here with a ModelError when nothing came for too long. Its owner aborts it when the request is over. */
  ending: AbortController;
}

/**
 * A fetch that aborts `ending` when nothing comes for too long, before the headers or between two pieces of the body. Only
 * time in which a reader waits for the next piece counts: a slow reader is not a silent provider. Redirects are not
 * followed, because they would carry the API key to another host.
 */
export function fetchWithIdleTimeout(options: IdleTimeoutOptions): Fetch {
  return async (url, init) => {
    const waiting: Waiting = { since: options.clock.now() };
    void abortWhenIdle(waiting, options);
    const response = await options.fetch(url, { ...init, redirect: "manual" });
    waiting.since = undefined;
    if (isPage(response))
      throw new ModelError(
        "refused",
        `${hostOf(url)} answered with a web page instead of an API answer. Check the base URL.`,
      );
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(timedBody(response.body, waiting, options.clock), { status, statusText, headers });
  };
}

/** A web page means that the address is not that of an API. */
function isPage({ ok, headers }: Response): boolean {
  return ok && (headers.get("content-type") ?? "").startsWith("text/html");
}

function hostOf(url: Parameters<Fetch>[0]): string {
  return new URL(url instanceof Request ? url.url : url).host;
}

/** Node's fetch gives up after this much silence and cannot be told to wait longer. */
const nodeIdleTimeoutMs = 300_000;

/** Node's fetch; for a longer idle timeout than it allows, a fetch of undici that has none. */
export async function nodeFetch(idleTimeoutMs: number): Promise<Fetch> {
  if (idleTimeoutMs <= nodeIdleTimeoutMs) return globalThis.fetch;
  const { Agent, fetch } = await import("undici");
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  // The package's fetch differs from Node's only in its types.
  const undiciFetch = fetch as unknown as (url: unknown, init: unknown) => Promise<Response>;
  return (url, init) => undiciFetch(url, { ...init, dispatcher });
}

interface Waiting {
  /** Undefined while no reader waits for the provider. */
  since: number | undefined;
}

/** One timer for the whole answer instead of one for each piece. */
async function abortWhenIdle(
  waiting: Waiting,
  { clock, idleTimeoutMs, ending }: IdleTimeoutOptions,
): Promise<void> {
  let sleepMs = idleTimeoutMs;
  for (;;) {
    try {
      await clock.sleep(sleepMs, ending.signal);
    } catch {
      return; // The request is over.
    }
    const idleMs = waiting.since === undefined ? 0 : clock.now() - waiting.since;
    if (idleMs >= idleTimeoutMs) return ending.abort(silence(idleTimeoutMs));
    sleepMs = Math.min(idleTimeoutMs, idleTimeoutMs - idleMs);
  }
}

function silence(idleTimeoutMs: number): ModelError {
  return new ModelError("timeout", `The provider sent nothing for ${idleTimeoutMs / 1000} s.`);
}

function timedBody(
  body: ReadableStream<Uint8Array>,
  waiting: Waiting,
  clock: Clock,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        waiting.since = clock.now();
        const { done, value } = await reader.read().finally(() => (waiting.since = undefined));
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
