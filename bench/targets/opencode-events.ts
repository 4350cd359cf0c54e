import { pause } from "../monotonic.ts";
import { type Frame, openEvents } from "./event-source.ts";
import type { Listener } from "./target.ts";

interface OpencodeEvent {
  type: string;
  properties: { sessionID?: string; field?: string; delta?: string };
}

type Notify = (listener: Listener) => void;

/** The one event stream of opencode, shared by the listeners of all sessions. */
export interface SharedEvents {
  /** Opens the stream at the first call. Resolves when it is open. */
  opened(): Promise<unknown>;
  /** With "start", what came before is reported too. */
  listen(sessionId: string, listener: Listener, from: "now" | "start"): void;
  forget(sessionId: string): void;
  /** Cuts the stream and opens it again after `ms`. */
  interrupt(ms: number): Promise<void>;
}

interface Context {
  readonly url: string;
  /** By session id. */
  readonly listeners: Map<string, Listener>;
  /** By session id, what came before somebody listened. */
  readonly early: Map<string, Notify[]>;
  stream: ReturnType<typeof openEvents> | undefined;
}

export function sharedEvents(url: string): SharedEvents {
  const context: Context = { url, listeners: new Map(), early: new Map(), stream: undefined };
  return {
    opened: () => opened(context),
    listen: (sessionId, listener, from) => listen(context, { sessionId, listener, from }),
    forget: (sessionId) => void context.listeners.delete(sessionId),
    interrupt: (ms) => interrupt(context, ms),
  };
}

function opened(context: Context): ReturnType<typeof openEvents> {
  context.stream ??= openEvents({ url: context.url, onFrame: (frame) => receive(context, frame) });
  return context.stream;
}

async function interrupt(context: Context, ms: number): Promise<void> {
  (await opened(context)).close();
  await pause(ms);
  context.stream = undefined;
  await opened(context);
}

function listen(
  { listeners, early }: Context,
  { sessionId, listener, from }: { sessionId: string; listener: Listener; from: "now" | "start" },
): void {
  listeners.set(sessionId, listener);
  if (from === "start") for (const notify of early.get(sessionId) ?? []) notify(listener);
  early.delete(sessionId);
}

function receive(context: Context, { data, at }: Frame): void {
  if (!data.includes('"message.part.delta"') && !data.includes('"session.idle"')) return;
  const { type, properties } = JSON.parse(data) as OpencodeEvent;
  const { sessionID = "", field, delta = "" } = properties;
  if (type === "message.part.delta" && field === "text")
    deliver(context, sessionID, (listener) => listener.onText(delta, at));
  if (type === "session.idle") deliver(context, sessionID, (listener) => listener.onIdle(at));
}

function deliver({ listeners, early }: Context, sessionId: string, notify: Notify): void {
  const listener = listeners.get(sessionId);
  if (listener !== undefined) return notify(listener);
  early.set(sessionId, [...(early.get(sessionId) ?? []), notify]);
}
