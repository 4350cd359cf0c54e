/** Every bound of the transport. All are defaults; a test may ask for smaller ones. */
export interface ServerLimits {
  /** Time the headers of a request may take. */
  headersMs: number;
  /** Time a JSON body may take. */
  bodyMs: number;
  /** Time an upload may pause between two pieces. */
  uploadIdleMs: number;
  /** Time a whole request may take to arrive, uploads included. */
  requestMs: number;
  /** How long an unread body is swallowed after the answer, so that the caller can read the answer. */
  lingerMs: number;
  /** Time between two comments of an SSE stream. */
  heartbeatMs: number;
  /** A reader that takes nothing for this long is cut. */
  stallMs: number;
  /** What an SSE client waits before it connects again. */
  retryMs: number;
  /** The least it waits after the server said that it stops. */
  resumeMs: number;
  streamsMax: number;
  /** Connections that wait to be accepted. One too many is tried again by its kernel after a whole second. */
  backlogMax: number;
  /** Time between two pings of a WebSocket. */
  pingMs: number;
  /** A WebSocket peer that says nothing for this long is dead. */
  silentMs: number;
  socketsMax: number;
  subscriptionsMax: number;
  frameBytesMax: number;
  /** Above this nothing more is written to a WebSocket until it has drained. */
  bufferedBytesMax: number;
  /** Time requests under way have to end when the server closes. */
  closeMs: number;
}

export const defaultServerLimits: Readonly<ServerLimits> = Object.freeze({
  headersMs: 10_000,
  bodyMs: 30_000,
  uploadIdleMs: 30_000,
  requestMs: 3_600_000,
  lingerMs: 5000,
  heartbeatMs: 15_000,
  stallMs: 30_000,
  retryMs: 1000,
  resumeMs: 250,
  streamsMax: 2000,
  backlogMax: 4096,
  pingMs: 30_000,
  silentMs: 90_000,
  socketsMax: 200,
  subscriptionsMax: 100,
  frameBytesMax: 4 * 1024 * 1024,
  bufferedBytesMax: 1024 * 1024,
  closeMs: 5000,
});
