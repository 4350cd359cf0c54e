import { awaited, backoffMs, pause } from "../connection/backoff.ts";
import type { Client } from "../client.ts";
import type { Schemas } from "../schemas.ts";
import { NetworkError, ProblemError } from "../connection/problem.ts";
import { initOf, open } from "../connection/request.ts";
import { connect, type Connecting, type SocketOptions } from "./socket-connection.ts";
import { createRequests, type Requests } from "./socket-requests.ts";
import { createSubscriptions, type Subscriber } from "./subscriptions.ts";

/** One socket for many sessions. It reconnects by itself; what was asked and not answered is asked again under the same key. */
export interface SocketClient {
  /** Follows a session: a snapshot after each connect, then every event once and in order. Returns a function that stops it. */
  follow(sessionId: string, subscriber: Subscriber): () => void;
  sendMessage(sessionId: string, body: Schemas["SendMessage"]): Promise<Schemas["SentMessage"]>;
  createAction(sessionId: string, body: Schemas["CreateAction"]): Promise<Schemas["ActionOutcome"]>;
  updateTask(taskId: string, body: Schemas["UpdateTask"]): Promise<Schemas["Task"]>;
  close(): void;
  /** Settles when the socket is closed for good: by `close()`, or rejecting with the problem that every try would meet. */
  readonly closed: Promise<void>;
}

export function openSocket(client: Client, options: SocketOptions = {}): SocketClient {
  if (globalThis.WebSocket === undefined) throw new Error(noWebSocket);
  const ending = new AbortController();
  const requests = createRequests(client.connection);
  const subscriptions = createSubscriptions(requests);
  const closed = keepConnected({ client, options, requests, subscriptions, signal: ending.signal });
  closed.catch(() => {}); // Whoever cares awaits it; the pending requests hear of it in any case.
  // The server answers each request with the body the contract gives its operation.
  const ask = <T>(request: Parameters<Requests["ask"]>[0]) => requests.ask(request) as Promise<T>;
  const idempotencyKey = () => crypto.randomUUID();
  return {
    follow: subscriptions.add,
    sendMessage: (sessionId, body) =>
      ask({ type: "message.send", sessionId, body, idempotencyKey: idempotencyKey() }),
    createAction: (sessionId, body) =>
      ask({ type: "action.create", sessionId, body, idempotencyKey: idempotencyKey() }),
    updateTask: (taskId, body) =>
      ask({ type: "task.update", taskId, body, idempotencyKey: idempotencyKey() }),
    close: () => ending.abort(),
    closed,
  };
}

const noWebSocket =
  "openSocket needs a global WebSocket, and there is none: use Node 22 or newer, start Node 20 with " +
  "--experimental-websocket, or follow sessions with followSession.";

async function keepConnected(connecting: Connecting): Promise<void> {
  const { client, options, requests, signal } = connecting;
  const onState = options.onState ?? (() => {});
  try {
    let isRestarting = false;
    for (let failures = 0; !signal.aborted;) {
      onState("connecting");
      const { wasOpen, isAnnounced } = await connect(connecting, () => onState("open"));
      if (signal.aborted) return;
      failures = wasOpen ? 1 : failures + 1;
      if (wasOpen) isRestarting = isAnnounced;
      else await throwRefusal(client, signal);
      onState("waiting");
      const { backoff } = client.connection;
      await pause(backoffMs(isRestarting ? awaited(backoff, failures) : backoff, failures), signal);
    }
  } catch (error) {
    requests.refuseAll(error);
    throw error;
  } finally {
    requests.refuseAll(new NetworkError("The socket is closed."));
    onState("closed");
  }
}

/** A browser does not tell why a socket could not be opened, so we ask in a way that does. */
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
