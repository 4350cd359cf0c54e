/** Limits of HTTP, SSE and WebSocket. Tests use smaller ones. */
export interface ServerLimits {
  /** How long the headers of a request may take to arrive. */
  headersMs: number;
  /** How long a JSON body may take to arrive. */
  bodyMs: number;
  /** How long an upload may pause between two pieces. */
  uploadIdleMs: number;
  /** How long a whole request may take to arrive, uploads included. */
  requestMs: number;
  /** How long the rest of a body is read and dropped after the answer, so that the caller sees the answer. */
  lingerMs: number;
  /** Time between two comments of an SSE stream. */
  heartbeatMs: number;
  /** A reader that takes nothing for this long is disconnected. */
  stallMs: number;
  /** How long an SSE client waits before it connects again. */
  retryMs: number;
  /** The shortest wait after the server announced that it stops. */
  resumeMs: number;
  streamsMax: number;
  /** Connections that may wait to be accepted. The kernel of a client retries a refused one only after a second. */
  backlogMax: number;
  /** Time between two pings of a WebSocket. */
  pingMs: number;
  /** A WebSocket client that sends nothing for this long is taken for gone. */
  silentMs: number;
  socketsMax: number;
  subscriptionsMax: number;
  frameBytesMax: number;
  /** When more than this waits to be sent on a WebSocket, writing stops until it has drained. */
  bufferedBytesMax: number;
  /** How long running requests have to end when the server closes. */
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
