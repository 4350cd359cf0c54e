import { openEvents } from "./event-source.ts";
import { pause } from "../monotonic.ts";
import type { Listener } from "./target.ts";

interface OpencodeEvent {
  type: string;
  properties: { sessionID?: string; field?: string; delta?: string };
}

type Happening = (listener: Listener) => void;

/** opencode's one stream for all sessions, opened at the first use and dealt out to who listens. */
export function sharedEvents(url: string) {
  const listeners = new Map<string, Listener>();
  /** What came before anybody listened; `now` leaves it, `start` takes it. */
  const unheard = new Map<string, Happening[]>();
  let stream: ReturnType<typeof openEvents> | undefined;

  const deal = (sessionId: string, happening: Happening) => {
    const listener = listeners.get(sessionId);
    if (listener !== undefined) return happening(listener);
    unheard.set(sessionId, [...(unheard.get(sessionId) ?? []), happening]);
  };
  const onFrame = ({ data, at }: { data: string; at: number }) => {
    if (!data.includes('"message.part.delta"') && !data.includes('"session.idle"')) return;
    const { type, properties } = JSON.parse(data) as OpencodeEvent;
    const { sessionID = "", field, delta = "" } = properties;
    if (type === "message.part.delta" && field === "text")
      deal(sessionID, (listener) => listener.onText(delta, at));
    if (type === "session.idle") deal(sessionID, (listener) => listener.onIdle(at));
  };
  const opened = () => (stream ??= openEvents({ url, onFrame }));

  return {
    opened,
    listen: (sessionId: string, listener: Listener, from: "now" | "start") => {
      listeners.set(sessionId, listener);
      if (from === "start") for (const happening of unheard.get(sessionId) ?? []) happening(listener);
      unheard.delete(sessionId);
    },
    forget: (sessionId: string) => void listeners.delete(sessionId),
    interrupt: async (ms: number) => {
      (await opened()).close();
      await pause(ms);
      stream = undefined;
      await opened();
    },
  };
}
