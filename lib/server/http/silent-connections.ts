import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";

/** Returns what cuts every connection that has never asked anything: browsers open some ahead, and Node would wait for them when it closes. */
export function watchSilentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  const hasSpoken = ({ socket }: IncomingMessage) => silent.delete(socket);
  server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", hasSpoken).on("upgrade", hasSpoken);
  return () => {
    for (const socket of silent) socket.destroy();
  };
}
