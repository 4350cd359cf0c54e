import { createServer } from "node:net";

/** Below those that Linux gives to outgoing connections: a server that was killed finds its port free again. */
const [first, last] = [20_000, 31_999];
let next = first + (process.pid % 600) * 20;

/** A port that nobody listens at, and that this process gives away once. */
export async function ownPort(): Promise<number> {
  for (;;) {
    const port = (next = next >= last ? first : next + 1);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
