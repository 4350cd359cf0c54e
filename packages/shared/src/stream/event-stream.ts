import { awaited, type Backoff, backoffMs, pause } from "../connection/backoff.ts";
import type { Client } from "../client.ts";
import { createCursor, type Cursor, frameOf, type StreamFrame } from "./frames.ts";
import { NetworkError, ProblemError } from "../connection/problem.ts";
import { initOf, open } from "../connection/request.ts";
import { createSseParser } from "./sse-parser.ts";
import { type Watch, watch } from "../connection/silence.ts";

export type StreamState = "connecting" | "open" | "waiting" | "closed";

export interface FollowOptions {
  /** An event id, `latest`, or nothing for the whole log. */
  after?: string | undefined;
  signal?: AbortSignal;
  /** Hears of the connection; `waiting` until the next try. */
  onState?: (state: StreamState) => void;
  /** The server says something every 15 s; after so much silence the line is dead. */
  silenceMsMax?: number;
}

/**
 * Follows a session for as long as it is iterated: a snapshot after each connect, then every event once and in order,
 * over however many connections that takes. Ends when the signal is aborted. Throws ProblemError when the server
 * refuses (wrong key, no such session), and NetworkError when what comes is not of the contract.
 */
export async function* followSession(
  client: Client,
  sessionId: string,
  options: FollowOptions = {},
): AsyncGenerator<StreamFrame, void, undefined> {
  const { signal, onState = () => {} } = options;
  const cursor = createCursor(options.after);
  const trouble = { failures: 0, baseMs: client.connection.backoff.baseMs, isAnnounced: false };
  try {
    while (!signal?.aborted) {
      onState("connecting");
      try {
        yield* follow({ client, sessionId, cursor, options, trouble, onState });
      } catch (error) {
        if (signal?.aborted) return;
        if (isFinal(error)) throw error;
      }
      trouble.failures++;
      onState("waiting");
      await pause(backoffMs(patience(client.connection.backoff, trouble), trouble.failures), signal);
    }
  } finally {
    onState("closed");
  }
}

interface Trouble {
  /** In a row. */
  failures: number;
  /** The first wait; the server may ask for another. */
  baseMs: number;
  /** The last stream that stood was ended by the server, not cut: it is being started again. */
  isAnnounced: boolean;
}

function patience(backoff: Backoff, { baseMs, failures, isAnnounced }: Trouble): Backoff {
  return isAnnounced ? awaited({ ...backoff, baseMs }, failures) : { ...backoff, baseMs };
}

interface Following {
  client: Client;
  sessionId: string;
  cursor: Cursor;
  options: FollowOptions;
  trouble: Trouble;
  onState: (state: StreamState) => void;
}

/** One connection, to its end. */
async function* follow({ client, sessionId, cursor, options, trouble, onState }: Following) {
  const watching = watch(options.silenceMsMax ?? 45_000, options.signal);
  try {
    const response = await connect({ client, sessionId, cursor, watching });
    onState("open");
    trouble.isAnnounced = false;
    const parser = createSseParser();
    for await (const bytes of chunksOf(response, watching)) {
      const events = parser.push(bytes);
      trouble.baseMs = parser.retryMs ?? trouble.baseMs;
      for (const { data } of events) {
        const frame = frameOf(data);
        if (frame === undefined)
          throw new BrokenStream(`The stream of ${sessionId} carried what is no frame.`);
        trouble.failures = 0;
        if (cursor.accept(frame)) yield frame;
      }
    }
    trouble.isAnnounced = true;
  } finally {
    watching.stop();
  }
}

/** Not worth another try: the next connection would bring the same. */
class BrokenStream extends NetworkError {}

function connect({
  client,
  sessionId,
  cursor,
  watching,
}: Pick<Following, "client" | "sessionId" | "cursor"> & { watching: Watch }) {
  const { after } = cursor;
  const request = {
    params: { sessionId },
    // `latest` is no event id, so it cannot travel as one.
    ...(after === "latest" ? { query: { after } } : {}),
    headers: {
      accept: "text/event-stream",
      ...(after === undefined || after === "latest" ? {} : { "Last-Event-ID": after }),
    },
    signal: watching.signal,
  };
  const init: RequestInit = {
    ...initOf(client.connection, "streamSessionEvents", request),
    cache: "no-store",
  };
  return watching.during(open(client.connection, "streamSessionEvents", { request, init }));
}

/** The watch runs only while we wait for the network, not while a slow reader holds us up. */
async function* chunksOf(response: Response, watching: Watch): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await watching.during(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {}); // The line may be cut already.
  }
}

/** A refusal that would be the same next time. */
function isFinal(error: unknown): boolean {
  if (error instanceof BrokenStream || error instanceof RangeError) return true;
  if (!(error instanceof ProblemError)) return false;
  if (error.problem.code === "always-on-only") return true; // A function will not stream the next time either.
  return error.status < 500 && error.status !== 408 && error.status !== 429;
}
