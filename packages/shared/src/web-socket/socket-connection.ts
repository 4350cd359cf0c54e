import type { Client } from "../client.ts";
import { limitSilence } from "../connection/silence.ts";
import type { StreamState } from "../stream/event-stream.ts";
import type { Requests } from "./socket-requests.ts";
import type { Subscriptions } from "./subscriptions.ts";

export interface SocketOptions {
  /** Called with each new state of the connection. `waiting` lasts from a lost connection to the next try. */
  onState?: (state: StreamState) => void;
  /** Milliseconds between the client's pings. Default: 30 000. */
  pingMs?: number;
  /** Milliseconds without any frame after which the client connects again. Default: 90 000, three missed pings. */
  silenceMsMax?: number;
}

export interface Connecting {
  client: Client;
  options: SocketOptions;
  requests: Requests;
  subscriptions: Subscriptions;
  signal: AbortSignal;
}

/** How a connection ended. */
export interface Disconnection {
  /** It had been opened. */
  wasOpen: boolean;
  /** The server closed it because it restarts. */
  isRestarting: boolean;
}

/** The close code of a server that will be back (RFC 6455 registry: Service Restart). */
const serviceRestart = 1012;

/** What happened on the connection so far. */
interface Progress extends Disconnection {
  isOver: boolean;
  /** Wakes the loop that waits for the next frame. */
  wake: () => void;
}

/** Uses one connection until it ends. Calls `onOpen` when it is open. */
export async function connect(connecting: Connecting, onOpen: () => void): Promise<Disconnection> {
  const { client, options, requests, signal } = connecting;
  const silence = limitSilence(options.silenceMsMax ?? 90_000, signal);
  const progress = { wasOpen: false, isRestarting: false, isOver: silence.signal.aborted, wake: () => {} };
  const socket = new WebSocket(addressOf(client), protocolsOf(client));
  listen(socket, connecting, { progress, onOpen });
  silence.signal.addEventListener("abort", () => end(progress));
  const pinging = setInterval(requests.ping, options.pingMs ?? 30_000);
  try {
    // Each frame starts the silence limit anew.
    while (!progress.isOver) await silence.during(new Promise<void>((resolve) => (progress.wake = resolve)));
    return { wasOpen: progress.wasOpen, isRestarting: progress.isRestarting };
  } finally {
    clearInterval(pinging);
    silence.stop();
    disconnect(socket, connecting);
  }
}

function listen(
  socket: WebSocket,
  { requests, subscriptions }: Connecting,
  { progress, onOpen }: { progress: Progress; onOpen: () => void },
): void {
  socket.onopen = () => {
    progress.wasOpen = true;
    onOpen();
    requests.connect((text) => socket.send(text));
    subscriptions.resume();
  };
  socket.onmessage = ({ data }) => {
    progress.wake();
    subscriptions.receive(requests.receive(String(data)));
  };
  socket.onclose = ({ code }) => {
    progress.isRestarting = code === serviceRestart;
    end(progress);
  };
}

function end(progress: Progress): void {
  progress.isOver = true;
  progress.wake();
}

function disconnect(socket: WebSocket, { requests, subscriptions }: Connecting): void {
  requests.disconnect();
  subscriptions.suspend();
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.onerror = () => {}; // Closing a socket that is not open yet is an error that nobody needs to see.
  socket.close();
}

function addressOf({ connection }: Client): string {
  const page = (globalThis as { location?: { href: string } }).location?.href; // Undefined outside browsers.
  const url = new URL(`${connection.baseUrl}/v1/ws`, page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Browsers cannot set headers on a WebSocket, so the key is sent as a subprotocol. */
function protocolsOf({ connection }: Client): string[] {
  return ["talkcody.v1", `talkcody.key.${base64url(connection.apiKey)}`];
}

function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
