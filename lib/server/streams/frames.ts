import type { StreamFrame } from "../../event.ts";
import { wellFormedJson } from "../../well-formed.ts";

/** The JSON of a frame. Cached, because a frame goes to many readers. */
export const frameJson = cached(wellFormedJson);

/** A frame as SSE. An event has an id, which is its resume token; snapshot and gap frames have none. */
export const sseFrame = cached((frame) => {
  const id = "id" in frame ? `id: ${frame.id}\n` : "";
  return `${id}event: ${frame.type}\ndata: ${frameJson(frame)}\n\n`;
});

/** A frame for the WebSocket: events in an envelope, snapshot and gap frames unchanged. */
export const socketFrame = cached((frame) =>
  "id" in frame ? `{"type":"event","event":${frameJson(frame)}}` : frameJson(frame),
);

function cached(write: (frame: StreamFrame) => string): (frame: StreamFrame) => string {
  const written = new WeakMap<StreamFrame, string>();
  return (frame) => {
    const known = written.get(frame);
    if (known !== undefined) return known;
    const text = write(frame);
    written.set(frame, text);
    return text;
  };
}
