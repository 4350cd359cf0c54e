import { backoffMs, pause } from "./backoff.ts";
import type { Client } from "./client.ts";
import type { StreamState } from "./event-stream.ts";
import type { Schemas } from "./index.ts";
import { NetworkError, ProblemError } from "./problem.ts";
import { createRequests, type Requests } from "./socket-requests.ts";
import { createSubscriptions, type Subscriber, type Subscriptions } from "./subscriptions.ts";
import { watch } from "./watch.ts";

export interface SocketOptions {
  /** Hears of the connection; `waiting` until the next try. */
  onState?: (state: StreamState) => void;
  /** How often the client asks for a sign of life. */
  pingMs?: number;
  /** After so much silence the line is dead. */
  silenceMsMax?: number;
}

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
  const ending = new AbortController();
  const requests = createRequests();
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

interface Connecting {
  client: Client;
  options: SocketOptions;
  requests: Requests;
  subscriptions: Subscriptions;
  signal: AbortSignal;
}

async function keepConnected(connecting: Connecting): Promise<void> {
  const { client, options, requests, signal } = connecting;
  const onState = options.onState ?? (() => {});
  try {
    for (let failures = 0; !signal.aborted;) {
      onState("connecting");
      const wasOpen = await connect(connecting, () => onState("open"));
      if (signal.aborted) return;
      failures = wasOpen ? 1 : failures + 1;
      if (!wasOpen) await throwRefusal(client, signal);
      onState("waiting");
      await pause(backoffMs(client.connection.backoff, failures), signal);
    }
  } catch (error) {
    requests.refuseAll(error);
    throw error;
  } finally {
    requests.refuseAll(new NetworkError("The socket is closed."));
    onState("closed");
  }
}

/** One connection, to its end. Resolves to whether it ever stood. */
async function connect(
  { client, options, requests, subscriptions, signal }: Connecting,
  onOpen: () => void,
): Promise<boolean> {
  const { silenceMsMax = 90_000, pingMs = 30_000 } = options;
  const socket = new WebSocket(addressOf(client), [
    "talkcody.v1",
    `talkcody.key.${base64url(client.connection.apiKey)}`,
  ]);
  const watching = watch(silenceMsMax, signal);
  const pinging = setInterval(() => requests.ping(), pingMs);
  let wasOpen = false;
  let isOver = false;
  let heard = Promise.withResolvers<void>();
  const end = () => {
    isOver = true;
    heard.resolve();
  };
  socket.onopen = () => {
    wasOpen = true;
    onOpen();
    requests.connect((text) => socket.send(text));
    subscriptions.resume();
  };
  socket.onmessage = ({ data }) => {
    heard.resolve();
    subscriptions.receive(requests.receive(String(data)));
  };
  socket.onclose = end;
  watching.signal.addEventListener("abort", end);
  try {
    // Each sign of life starts the watch anew.
    while (!isOver) {
      await watching.during(heard.promise);
      heard = Promise.withResolvers<void>();
    }
    return wasOpen;
  } finally {
    clearInterval(pinging);
    requests.disconnect();
    subscriptions.suspend();
    watching.stop();
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.onerror = () => {};
    socket.close();
  }
}

/** A browser does not tell why a socket could not be opened, so we ask in a way that does. */
async function throwRefusal(client: Client, signal: AbortSignal): Promise<void> {
  try {
    await client.getServer({ signal });
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) throw error;
  }
}

function addressOf({ connection }: Client): string {
  const url = new URL(
    `${connection.baseUrl}/v1/ws`,
    (globalThis as { location?: { href: string } }).location?.href,
  );
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
