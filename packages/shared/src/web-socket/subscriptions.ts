import type { ProblemError } from "../connection/problem.ts";
import type { Schemas } from "../schemas.ts";
import { createCursor, type Cursor, type StreamFrame } from "../stream/frames.ts";
import type { Requests } from "./socket-requests.ts";

export interface Subscriber {
  /** An event id: only what came after it. `latest`: only what is new. Default: the whole log. */
  after?: string | undefined;
  onFrame: (frame: StreamFrame) => void;
  /** Called once when the server refuses to stream this session. The subscription is over then. */
  onProblem?: (problem: ProblemError) => void;
}

/** The sessions that are followed over one socket, each with its cursor. */
export interface Subscriptions {
  /** Throws when the session is followed already. Returns a function that ends the subscription. */
  add(sessionId: string, subscriber: Subscriber): () => void;
  /** Subscribes to all of them on a new connection. */
  resume(): void;
  /** The connection is gone. */
  suspend(): void;
  receive(frame: Schemas["WebSocketFrame"] | undefined): void;
}

interface Subscription {
  subscriber: Subscriber;
  cursor: Cursor;
  /** The server has accepted it on this connection. Frames before that belong to an earlier subscription. */
  isAccepted: boolean;
}

interface Context {
  readonly requests: Requests;
  /** By session id. */
  readonly subscriptions: Map<string, Subscription>;
  isConnected: boolean;
}

export function createSubscriptions(requests: Requests): Subscriptions {
  const context: Context = { requests, subscriptions: new Map(), isConnected: false };
  return {
    add: (sessionId, subscriber) => add(context, sessionId, subscriber),
    resume: () => resume(context),
    suspend: () => void (context.isConnected = false),
    receive: (frame) => receive(context, frame),
  };
}

function add(context: Context, sessionId: string, subscriber: Subscriber): () => void {
  const { requests, subscriptions } = context;
  if (subscriptions.has(sessionId))
    throw new Error(`This socket follows ${sessionId} already; end that subscription first.`);
  const subscription = { subscriber, cursor: createCursor(subscriber.after), isAccepted: false };
  subscriptions.set(sessionId, subscription);
  if (context.isConnected) void subscribe(context, sessionId, subscription);
  return () => {
    if (subscriptions.get(sessionId) !== subscription) return;
    subscriptions.delete(sessionId);
    if (context.isConnected) void requests.subscribe({ type: "unsubscribe", sessionId });
  };
}

function resume(context: Context): void {
  context.isConnected = true;
  for (const [sessionId, subscription] of context.subscriptions)
    void subscribe(context, sessionId, subscription);
}

async function subscribe(
  { requests, subscriptions }: Context,
  sessionId: string,
  subscription: Subscription,
): Promise<void> {
  subscription.isAccepted = false;
  const { after } = subscription.cursor;
  const cursor = after === undefined ? {} : { after };
  const refusal = await requests.subscribe({ type: "subscribe", sessionId, ...cursor }, () => {
    subscription.isAccepted = true;
  });
  if (refusal === undefined || subscriptions.get(sessionId) !== subscription) return;
  subscriptions.delete(sessionId);
  subscription.subscriber.onProblem?.(refusal);
}

function receive(context: Context, frame: Schemas["WebSocketFrame"] | undefined): void {
  if (frame?.type === "event") deliver(context, frame.event.sessionId, frame.event);
  else if (frame?.type === "snapshot" || frame?.type === "gap") deliver(context, frame.sessionId, frame);
}

function deliver({ subscriptions }: Context, sessionId: string, frame: StreamFrame): void {
  const subscription = subscriptions.get(sessionId);
  if (subscription?.isAccepted && subscription.cursor.accept(frame)) subscription.subscriber.onFrame(frame);
}
