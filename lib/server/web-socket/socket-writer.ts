import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { ServerLimits } from "../http/server-limits.ts";

/** The sending side of a WebSocket, bounded in bytes and in silence. */
export interface SocketWriter {
  send(text: string): void;
  /** Resolves at once while little is buffered, else when the peer has taken all of it, or is gone. */
  drained(): Promise<void>;
  cut(code: number, reason: string): void;
}

type LineBounds = Pick<ServerLimits, "bufferedBytesMax" | "stallMs" | "pingMs" | "silentMs">;

export function createSocketWriter(
  socket: WebSocket,
  connection: Socket | null,
  bounds: LineBounds,
): SocketWriter {
  watchSilence(socket, bounds);
  const isFull = () => socket.bufferedAmount > bounds.bufferedBytesMax;
  // The kernel's progress counts, so only a peer that takes nothing at all is cut.
  connection?.setTimeout(bounds.stallMs, () => isFull() && socket.terminate());
  const waiting = new Set<() => void>();
  const wake = () => {
    socket.resume();
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  connection?.on("drain", wake);
  socket.once("close", wake);
  return {
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(text);
      if (isFull()) socket.pause(); // Who does not read answers may not ask more either.
    },
    drained: () => new Promise((resolve) => (isFull() ? waiting.add(resolve) : resolve())),
    cut: (code, reason) => socket.close(code, reason),
  };
}

/** Asks for a sign of life, and gives up a peer that shows none. */
function watchSilence(socket: WebSocket, { pingMs, silentMs }: LineBounds): void {
  let seen = performance.now();
  const note = () => {
    seen = performance.now();
  };
  socket.on("pong", note).on("ping", note).on("message", note);
  const timer = setInterval(() => {
    if (performance.now() - seen >= silentMs) socket.terminate();
    else socket.ping();
  }, pingMs);
  socket.once("close", () => clearInterval(timer));
}
