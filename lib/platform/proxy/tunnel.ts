import type { Duplex } from "node:stream";

export interface TunnelLimits {
  /** A tunnel through which nothing goes for this long is cut. */
  idleMs: number;
  /** The same, once one side has said all it has to say. */
  halfOpenMs: number;
}

/** Carries bytes both ways, each side as fast as the other one reads, until both have ended or one breaks. */
export function joinStreams(client: Duplex, upstream: Duplex, { idleMs, halfOpenMs }: TunnelLimits): void {
  const cut = () => {
    client.destroy();
    upstream.destroy();
  };
  let timer = setTimeout(cut, idleMs);
  let hasEnded = false;
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on("error", cut);
    from.on("data", () => timer.refresh());
    from.once("end", () => {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(timer);
      timer = setTimeout(cut, halfOpenMs);
    });
    from.once("close", () => {
      clearTimeout(timer);
      endSoon(to, halfOpenMs);
    });
    from.pipe(to);
  }
}

/** Nobody reads from the stream any more. What it was given to write is written first. */
function endSoon(stream: Duplex, withinMs: number): void {
  if (stream.writableFinished || stream.destroyed) return void stream.destroy();
  const timer = setTimeout(() => stream.destroy(), withinMs);
  stream.once("close", () => clearTimeout(timer));
  stream.once("finish", () => stream.destroy());
  stream.end();
}
