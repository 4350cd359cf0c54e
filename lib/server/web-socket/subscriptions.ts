import type { FastifyBaseLogger } from "fastify";
import { AppError } from "../../errors.ts";
import type { StreamFrame } from "../../event.ts";
import { socketFrame } from "../streams/frames.ts";
import type { SocketWriter } from "./socket-writer.ts";

type Frames = AsyncIterable<readonly StreamFrame[]>;

/** The sessions one socket follows. */
export interface SocketSubscriptions {
  /** Follows a session, anew if it did already. `open` makes the stream and may throw; nothing is sent before `isOpen` was called. Throws invalid-request for one too many. */
  add(
    sessionId: string,
    source: { open(signal: AbortSignal): Promise<Frames>; isOpen(): void },
  ): Promise<void>;
  remove(sessionId: string): void;
  removeAll(): void;
}

export interface SubscriptionsOptions {
  line: SocketWriter;
  /** `subscriptionsMax` */
  limits: { subscriptionsMax: number };
  log: FastifyBaseLogger;
}

export function createSubscriptions({ line, limits, log }: SubscriptionsOptions): SocketSubscriptions {
  const following = new Map<string, AbortController>();
  const remove = (sessionId: string) => {
    following.get(sessionId)?.abort();
    following.delete(sessionId);
  };
  return {
    add: async (sessionId, { open, isOpen }) => {
      if (!following.has(sessionId) && following.size >= limits.subscriptionsMax)
        throw new AppError(
          "invalid-request",
          `Expected at most ${limits.subscriptionsMax} subscriptions on one socket.`,
        );
      const subscription = new AbortController();
      const events = await open(subscription.signal);
      remove(sessionId);
      following.set(sessionId, subscription);
      isOpen();
      void copy({ line, events, signal: subscription.signal }).catch((error: unknown) => {
        // Without its subscription the client would wait for ever; a closed socket makes it come back with its cursors.
        log.error({ err: error }, "a subscription broke");
        line.cut(1011, "a subscription broke; subscribe again with your cursors");
      });
    },
    remove,
    removeAll: () => [...following.keys()].forEach(remove),
  };
}

/** Takes from the source only what the peer can take. */
async function copy({
  line,
  events,
  signal,
}: {
  line: SocketWriter;
  events: Frames;
  signal: AbortSignal;
}): Promise<void> {
  for await (const batch of events) {
    if (signal.aborted) return;
    for (const frame of batch) line.send(socketFrame(frame));
    await line.drained();
    if (signal.aborted) return;
  }
}
