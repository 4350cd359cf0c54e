import type { StreamFrame } from "../../event.ts";
import { wellFormedJson } from "../../well-formed.ts";

/** The JSON of a frame. A frame goes to many readers, so it is written once. */
export const frameJson = cached(wellFormedJson);

/** As SSE: an event carries its id, the resume token; the two stream frames have none. */
export const sseFrame = cached((frame) => {
  const id = "id" in frame ? `id: ${frame.id}\n` : "";
  return `${id}event: ${frame.type}\ndata: ${frameJson(frame)}\n\n`;
});

/** As the WebSocket has it: events in an envelope, the stream frames as they are. */
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
