import type { FastifyBaseLogger } from "fastify";
import { AppError } from "../../errors.ts";
import type { StreamFrame } from "../../event.ts";
import { socketFrame } from "../streams/frames.ts";
import type { SocketWriter } from "./socket-writer.ts";

type Frames = AsyncIterable<readonly StreamFrame[]>;

export interface SubscriptionSource {
  /** Opens the stream. May throw; then the subscription is not added. */
  open(signal: AbortSignal): Promise<Frames>;
  /** Called when the stream is open, before its first frame is sent. */
  isOpen(): void;
}

/** The sessions to which one socket has subscribed. */
export interface SocketSubscriptions {
  /** Subscribes to a session; replaces an earlier subscription to it. Throws invalid-request when there are too many. */
  add(sessionId: string, source: SubscriptionSource): Promise<void>;
  remove(sessionId: string): void;
  removeAll(): void;
}

export interface SubscriptionsOptions {
  writer: SocketWriter;
  limits: { subscriptionsMax: number };
  log: FastifyBaseLogger;
}

export function createSubscriptions(options: SubscriptionsOptions): SocketSubscriptions {
  const context: SubscriptionsContext = { ...options, active: new Map() };
  return {
    add: (sessionId, source) => add(context, sessionId, source),
    remove: (sessionId) => remove(context, sessionId),
    removeAll: () => [...context.active.keys()].forEach((sessionId) => remove(context, sessionId)),
  };
}

interface SubscriptionsContext extends SubscriptionsOptions {
  /** By session id; aborting one ends it. */
  active: Map<string, AbortController>;
}

async function add(
  context: SubscriptionsContext,
  sessionId: string,
  { open, isOpen }: SubscriptionSource,
): Promise<void> {
  const { active, limits, writer, log } = context;
  if (!active.has(sessionId) && active.size >= limits.subscriptionsMax)
    throw new AppError(
      "invalid-request",
      `Expected at most ${limits.subscriptionsMax} subscriptions on one socket. Unsubscribe from a session first.`,
    );
  const subscription = new AbortController();
  const events = await open(subscription.signal);
  remove(context, sessionId);
  active.set(sessionId, subscription);
  isOpen();
  void copy(writer, events, subscription.signal).catch((error: unknown) => {
    // Without its subscription the client would wait forever. When the socket closes, it reconnects with its cursors.
    log.error({ err: error }, "a subscription broke");
    writer.close(1011, "a subscription broke; subscribe again with your cursors");
  });
}

function remove({ active }: SubscriptionsContext, sessionId: string): void {
  active.get(sessionId)?.abort();
  active.delete(sessionId);
}

/** Takes from the source only as fast as the client reads. */
async function copy(writer: SocketWriter, events: Frames, signal: AbortSignal): Promise<void> {
  for await (const batch of events) {
    if (signal.aborted) return;
    for (const frame of batch) writer.send(socketFrame(frame));
    await writer.drained();
    if (signal.aborted) return;
  }
}
