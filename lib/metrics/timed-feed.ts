import { Gauge, Histogram, type Registry } from "prom-client";
import type { Clock } from "../ports/clock.ts";
import type { EventFeed, EventStreams, StreamFrame } from "../event.ts";

/** Measures the time from each event to the moment a reader has taken it, and counts the readers. */
export function timeFeed<T extends EventFeed & EventStreams>(feed: T, clock: Clock, registry: Registry): T {
  const registers = [registry];
  const lag = new Histogram({
    name: "talkcody_event_fanout_seconds",
    help: "Time from an event to the moment a reader took it, including its commit and a slow connection. Live events only.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const readers = new Gauge({
    name: "talkcody_readers",
    help: "Open event streams, over SSE and WebSocket.",
    registers,
  });
  return { ...feed, open: (query) => timeBatches(feed.open(query), { clock, lag, readers }) };
}

interface FeedMetrics {
  clock: Clock;
  lag: Histogram;
  readers: Gauge;
}

/** A reader that asks for the next batch has taken the one before. */
async function* timeBatches(
  batches: AsyncIterable<readonly StreamFrame[]>,
  { clock, lag, readers }: FeedMetrics,
): AsyncGenerator<readonly StreamFrame[]> {
  const openedAt = clock.now();
  readers.inc();
  try {
    for await (const frames of batches) {
      yield frames;
      const last = frames.at(-1);
      const createdAt = last !== undefined && "createdAt" in last ? Date.parse(last.createdAt) : 0;
      if (createdAt >= openedAt) lag.observe(Math.max(0, clock.now() - createdAt) / 1000);
    }
  } finally {
    readers.dec();
  }
}
