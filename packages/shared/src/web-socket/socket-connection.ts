import type { Client } from "../client.ts";
import type { StreamState } from "../stream/event-stream.ts";
import type { Requests } from "./socket-requests.ts";
import type { Subscriptions } from "./subscriptions.ts";
import { watch } from "../connection/silence.ts";

export interface SocketOptions {
  /** Hears of the connection; `waiting` until the next try. */
  onState?: (state: StreamState) => void;
  /** How often the client asks for a sign of life. */
  pingMs?: number;
  /** After so much silence the line is dead. */
  silenceMsMax?: number;
}

export interface Connecting {
  client: Client;
  options: SocketOptions;
  requests: Requests;
  subscriptions: Subscriptions;
  signal: AbortSignal;
}

/** The close code of a server that will be back. */
const serviceRestart = 1012;

/** How a connection went. */
export interface Connected {
  /** It stood for a while. */
  wasOpen: boolean;
  /** The server closed it because it is being started again. */
  isAnnounced: boolean;
}

/** One connection, to its end. */
export async function connect(
  { client, options, requests, subscriptions, signal }: Connecting,
  onOpen: () => void,
): Promise<Connected> {
  const { silenceMsMax = 90_000, pingMs = 30_000 } = options;
  const socket = new WebSocket(addressOf(client), [
    "talkcody.v1",
    `talkcody.key.${base64url(client.connection.apiKey)}`,
  ]);
  const watching = watch(silenceMsMax, signal);
  const pinging = setInterval(() => requests.ping(), pingMs);
  let wasOpen = false;
  let isOver = false;
  let isAnnounced = false;
  let hear = () => {};
  const nextSign = () => new Promise<void>((resolve) => (hear = resolve));
  let sign = nextSign();
  const end = () => {
    isOver = true;
    hear();
  };
  socket.onopen = () => {
    wasOpen = true;
    onOpen();
    requests.connect((text) => socket.send(text));
    subscriptions.resume();
  };
  socket.onmessage = ({ data }) => {
    hear();
    subscriptions.receive(requests.receive(String(data)));
  };
  socket.onclose = ({ code }) => {
    isAnnounced = code === serviceRestart;
    end();
  };
  watching.signal.addEventListener("abort", end);
  try {
    // Each sign of life starts the watch anew.
    while (!isOver) {
      await watching.during(sign);
      sign = nextSign();
    }
    return { wasOpen, isAnnounced };
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
