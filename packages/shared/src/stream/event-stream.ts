import { type Backoff, backoffMs, pause, restartBackoff } from "../connection/backoff.ts";
import type { Client } from "../client.ts";
import { createCursor, frameOf, type StreamFrame } from "./frames.ts";
import { NetworkError, ProblemError } from "../connection/problem.ts";
import { chunksOf, openStream, type StreamPlace } from "./stream-connection.ts";
import { createSseParser, type ServerSentEvent } from "./sse-parser.ts";
import { limitSilence } from "../connection/silence.ts";

/** `waiting` lasts from a lost connection to the next try. */
export type StreamState = "connecting" | "open" | "waiting" | "closed";

export interface FollowOptions {
  /** An event id: only what came after it. `latest`: only what is new. Default: the whole log. */
  after?: string | undefined;
  /** Ends the iteration when aborted. */
  signal?: AbortSignal;
  /** Called with each new state of the connection. */
  onState?: (state: StreamState) => void;
  /** Milliseconds without any byte after which the client connects again. Default: 45 000, three missed heartbeats. */
  silenceMsMax?: number;
}

/**
 * Follows a session for as long as it is iterated. After each connect comes a snapshot, then every event once and in
 * order, however often the connection breaks. Ends when the signal is aborted. Throws ProblemError when the server
 * refuses (wrong key, unknown session), and NetworkError when the stream does not follow the contract.
 */
export async function* followSession(
  client: Client,
  sessionId: string,
  options: FollowOptions = {},
): AsyncGenerator<StreamFrame, void, undefined> {
  const { signal, onState = () => {} } = options;
  const cursor = createCursor(options.after);
  const { backoff } = client.connection;
  const retries: Retries = { failures: 0, baseMs: backoff.baseMs, isRestarting: false };
  try {
    while (!signal?.aborted) {
      onState("connecting");
      try {
        yield* followOnce({ client, sessionId, cursor, options, retries, onState });
      } catch (error) {
        if (signal?.aborted) return;
        if (isFinal(error)) throw error;
      }
      retries.failures++;
      onState("waiting");
      await pause(backoffMs(backoffFor(backoff, retries), retries.failures), signal);
    }
  } finally {
    onState("closed");
  }
}

interface Retries {
  /** Failures in a row. */
  failures: number;
  /** Milliseconds of the first wait; the server may ask for another. */
  baseMs: number;
  /** The server itself ended the last open stream: it is restarting. */
  isRestarting: boolean;
}

function backoffFor(backoff: Backoff, { baseMs, failures, isRestarting }: Retries): Backoff {
  const asked = { ...backoff, baseMs };
  return isRestarting ? restartBackoff(asked, failures) : asked;
}

interface Following extends StreamPlace {
  options: FollowOptions;
  retries: Retries;
  onState: (state: StreamState) => void;
}

/** Follows over one connection, until it ends. */
async function* followOnce(following: Following): AsyncGenerator<StreamFrame, void, undefined> {
  const { options, retries, onState } = following;
  const silence = limitSilence(options.silenceMsMax ?? 45_000, options.signal);
  try {
    const response = await openStream(following, silence);
    onState("open");
    retries.isRestarting = false;
    const parser = createSseParser();
    for await (const bytes of chunksOf(response, silence)) {
      const events = parser.push(bytes);
      retries.baseMs = parser.retryMs ?? retries.baseMs;
      for (const event of events) {
        const frame = newFrameOf(event, following);
        if (frame) yield frame;
      }
    }
    retries.isRestarting = true;
  } finally {
    silence.stop();
  }
}

/** The frame of an event, or undefined when it came before. */
function newFrameOf(
  { data }: ServerSentEvent,
  { sessionId, cursor, retries }: Following,
): StreamFrame | undefined {
  const frame = frameOf(data);
  if (frame === undefined)
    throw new InvalidStream(`The stream of ${sessionId} contained data that is not a frame of the contract.`);
  retries.failures = 0;
  return cursor.accept(frame) ? frame : undefined;
}

/** Another try would bring the same. */
class InvalidStream extends NetworkError {}

/** Another try would fail in the same way. */
function isFinal(error: unknown): boolean {
  if (error instanceof InvalidStream || error instanceof RangeError) return true;
  if (!(error instanceof ProblemError)) return false;
  if (error.problem.code === "always-on-only") return true; // A server that runs as a function never streams.
  return error.status < 500 && error.status !== 408 && error.status !== 429;
}
