import type { Client } from "../client.ts";
import { backoffMs, pause, restartBackoff } from "../connection/backoff.ts";
import { NetworkError, ProblemError } from "../connection/problem.ts";
import { initOf, open } from "../connection/request.ts";
import type { Schemas } from "../schemas.ts";
import { connect, type Connecting, type SocketOptions } from "./socket-connection.ts";
import { createRequests, type SocketRequest } from "./socket-requests.ts";
import { createSubscriptions, type Subscriber } from "./subscriptions.ts";

/**
 * One socket for many sessions. It reconnects by itself. A request without an answer is sent again on the next
 * connection under the same idempotency key, so its work is done once.
 */
export interface SocketClient {
  /**
   * Follows a session: a snapshot after each connect, then every event once and in order. Returns a function that
   * ends it. Throws when this socket follows the session already.
   */
  follow(sessionId: string, subscriber: Subscriber): () => void;
  /** Rejects with ProblemError when the server refuses, as the other requests do. */
  sendMessage(sessionId: string, body: Schemas["SendMessage"]): Promise<Schemas["SentMessage"]>;
  createAction(sessionId: string, body: Schemas["CreateAction"]): Promise<Schemas["ActionOutcome"]>;
  updateTask(taskId: string, body: Schemas["UpdateTask"]): Promise<Schemas["Task"]>;
  /** Ends the connection and rejects pending requests with NetworkError. */
  close(): void;
  /** Resolves after `close()`; rejects with ProblemError when the server refuses every connection. */
  readonly closed: Promise<void>;
}

/** Connects at once. Throws when there is no global WebSocket. */
export function openSocket(client: Client, options: SocketOptions = {}): SocketClient {
  if (globalThis.WebSocket === undefined) throw new Error(noWebSocket);
  const closing = new AbortController();
  const requests = createRequests(client.connection);
  const subscriptions = createSubscriptions(requests);
  const closed = keepConnected({ client, options, requests, subscriptions, signal: closing.signal });
  closed.catch(() => {}); // Not unhandled when nobody awaits it; pending requests reject in any case.
  // The server answers each request with the body that the contract gives its operation.
  const ask = <T>(request: SocketRequest) => requests.ask(request) as Promise<T>;
  const idempotencyKey = () => crypto.randomUUID();
  return {
    follow: subscriptions.add,
    sendMessage: (sessionId, body) =>
      ask({ type: "message.send", sessionId, body, idempotencyKey: idempotencyKey() }),
    createAction: (sessionId, body) =>
      ask({ type: "action.create", sessionId, body, idempotencyKey: idempotencyKey() }),
    updateTask: (taskId, body) =>
      ask({ type: "task.update", taskId, body, idempotencyKey: idempotencyKey() }),
    close: () => closing.abort(),
    closed,
  };
}

const noWebSocket =
  "openSocket needs a global WebSocket, and there is none: use Node 22 or newer, start Node 20 with " +
  "--experimental-websocket, or follow sessions with followSession.";

async function keepConnected(connecting: Connecting): Promise<void> {
  const { requests, options } = connecting;
  const onState = options.onState ?? (() => {});
  try {
    await connectAgainAndAgain(connecting, onState);
  } catch (error) {
    requests.refuseAll(error);
    throw error;
  } finally {
    requests.refuseAll(new NetworkError("The socket is closed."));
    onState("closed");
  }
}

/** Until the signal is aborted, or the server refuses. */
async function connectAgainAndAgain(
  connecting: Connecting,
  onState: NonNullable<SocketOptions["onState"]>,
): Promise<void> {
  const { client, signal } = connecting;
  const { backoff } = client.connection;
  let isRestarting = false;
  for (let failures = 0; !signal.aborted;) {
    onState("connecting");
    const connection = await connect(connecting, () => onState("open"));
    if (signal.aborted) return;
    failures = connection.wasOpen ? 1 : failures + 1;
    if (connection.wasOpen) isRestarting = connection.isRestarting;
    else await throwRefusal(client, signal);
    onState("waiting");
    await pause(backoffMs(isRestarting ? restartBackoff(backoff, failures) : backoff, failures), signal);
  }
}

/** Browsers do not say why a socket could not be opened. An ordinary request to the server does. */
async function throwRefusal(client: Client, signal: AbortSignal): Promise<void> {
  try {
    const request = { signal };
    const init = initOf(client.connection, "getServer", request);
    const response = await open(client.connection, "getServer", { request, init }); // Once: the socket tries again soon.
    await response.body?.cancel();
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) throw error;
  }
}
