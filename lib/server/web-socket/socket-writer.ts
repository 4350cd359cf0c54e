import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { ServerLimits } from "../http/server-limits.ts";

/** The sending side of a WebSocket. Limits the bytes that wait to be sent, and ends a socket whose client is gone. */
export interface SocketWriter {
  send(text: string): void;
  /** Resolves at once while little is buffered, else when the client has taken all of it or has disconnected. */
  drained(): Promise<void>;
  close(code: number, reason: string): void;
}

type WriterLimits = Pick<ServerLimits, "bufferedBytesMax" | "stallMs" | "pingMs" | "silentMs">;

export function createSocketWriter(
  socket: WebSocket,
  connection: Socket | null,
  limits: WriterLimits,
): SocketWriter {
  terminateWhenSilent(socket, limits);
  const context: WriterContext = { socket, bufferedBytesMax: limits.bufferedBytesMax, waiting: new Set() };
  // The time-out starts anew whenever the kernel takes some bytes, so only a client that takes nothing is disconnected.
  connection?.setTimeout(limits.stallMs, () => isFull(context) && socket.terminate());
  connection?.on("drain", () => resume(context));
  socket.once("close", () => resume(context));
  return {
    send: (text) => send(context, text),
    drained: () => new Promise((resolve) => (isFull(context) ? context.waiting.add(resolve) : resolve())),
    close: (code, reason) => socket.close(code, reason),
  };
}

interface WriterContext {
  socket: WebSocket;
  bufferedBytesMax: number;
  /** Callers that wait until the buffer has drained. */
  waiting: Set<() => void>;
}

function send(context: WriterContext, text: string): void {
  const { socket } = context;
  if (socket.readyState !== socket.OPEN) return;
  socket.send(text);
  if (isFull(context)) socket.pause(); // A client that does not read answers may not send further requests.
}

function isFull({ socket, bufferedBytesMax }: WriterContext): boolean {
  return socket.bufferedAmount > bufferedBytesMax;
}

function resume({ socket, waiting }: WriterContext): void {
  socket.resume();
  for (const resolve of waiting) resolve();
  waiting.clear();
}

/** Sends pings, and terminates the socket when nothing came for `silentMs`. */
function terminateWhenSilent(socket: WebSocket, { pingMs, silentMs }: WriterLimits): void {
  let heardAt = performance.now();
  const onSign = () => {
    heardAt = performance.now();
  };
  socket.on("pong", onSign).on("ping", onSign).on("message", onSign);
  const timer = setInterval(() => {
    if (performance.now() - heardAt >= silentMs) socket.terminate();
    else socket.ping();
  }, pingMs);
  socket.once("close", () => clearInterval(timer));
}
