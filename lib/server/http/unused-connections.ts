import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";

/** Returns a function that destroys all connections without a request so far. Browsers open some ahead of use, and Node would wait for them on close. */
export function trackUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  const onRequest = ({ socket }: IncomingMessage) => unused.delete(socket);
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", onRequest).on("upgrade", onRequest);
  return () => {
    for (const socket of unused) socket.destroy();
  };
}
