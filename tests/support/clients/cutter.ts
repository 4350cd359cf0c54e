import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A line to the server that breaks. Each connection is destroyed, mid-byte-stream, after as many bytes as `next` says. */
export interface Cutter {
  url: string;
  readonly cuts: number;
  /** From now on nothing is cut. */
  mend(): void;
  close(): Promise<void>;
}

export interface CutterOptions {
  /** Where the real server is. */
  url: string;
  /** Bytes from the server that the next connection lets through; Infinity leaves it whole. */
  next: () => number;
}

export async function startCutter({ url, next }: CutterOptions): Promise<Cutter> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let cuts = 0;
  let isMended = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let left = isMended ? Infinity : next();
    const destroy = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", destroy).on("close", () => {
        open.delete(socket);
        destroy();
      });
    }
    near.pipe(far);
    far.on("data", (bytes: Buffer) => {
      const passed = bytes.subarray(0, left);
      left -= passed.length;
      if (left > 0) return void near.write(passed);
      cuts++;
      near.write(passed, destroy);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    mend: () => void (isMended = true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Numbers that are the same again for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
