import type { Clock } from "../ports/clock.ts";
import { ModelError } from "../model.ts";

type Fetch = typeof globalThis.fetch;

export interface FetchWatch {
  fetch: Fetch;
  clock: Clock;
  idleTimeoutMs: number;
  /** Aborted with a ModelError when nothing came for too long; whoever made it aborts it when all is over. */
  ending: AbortController;
}

/**
 * A fetch that notices silence, before the headers and between any two pieces of the body. Time in which nobody asks
 * for the next piece does not count: a slow reader is not a silent provider. Redirects are not followed, for they
 * would carry the key along.
 */
export function watchedFetch(watch: FetchWatch): Fetch {
  return async (url, init) => {
    const waiting: Waiting = { since: watch.clock.now() };
    void watchOver(waiting, watch);
    const response = await watch.fetch(url, { ...init, redirect: "manual" });
    waiting.since = undefined;
    if (isPage(response))
      throw new ModelError("refused", `${hostOf(url)} answered with a web page. Is the base URL right?`);
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(watchedBody(response.body, waiting, watch.clock), { status, statusText, headers });
  };
}

/** What stands at an address that is no API. */
function isPage({ ok, headers }: Response): boolean {
  return ok && (headers.get("content-type") ?? "").startsWith("text/html");
}

function hostOf(url: Parameters<Fetch>[0]): string {
  return new URL(url instanceof Request ? url.url : url).host;
}

interface Waiting {
  /** Undefined while nobody waits for the provider. */
  since: number | undefined;
}

/** One timer for a whole answer instead of one for each piece. */
async function watchOver(waiting: Waiting, { clock, idleTimeoutMs, ending }: FetchWatch): Promise<void> {
  let sleepMs = idleTimeoutMs;
  for (;;) {
    try {
      await clock.sleep(sleepMs, ending.signal);
    } catch {
      return; // All is over.
    }
    const idleMs = waiting.since === undefined ? 0 : clock.now() - waiting.since;
    if (idleMs >= idleTimeoutMs) return ending.abort(silence(idleTimeoutMs));
    sleepMs = Math.min(idleTimeoutMs, idleTimeoutMs - idleMs);
  }
}

function silence(idleTimeoutMs: number): ModelError {
  return new ModelError("timeout", `The provider said nothing for ${idleTimeoutMs / 1000} s.`);
}

function watchedBody(
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
