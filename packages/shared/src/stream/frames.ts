import type { Schemas } from "../schemas.ts";

export type Event = Schemas["Event"];
export type SnapshotFrame = Schemas["SnapshotFrame"];
export type GapFrame = Schemas["GapFrame"];
/** What following a session gives. */
export type StreamFrame = Schemas["StreamFrame"];

/** Reads a frame, or undefined for what is none. Types of events this version does not know pass: their id must still be kept. */
export function frameOf(text: string): StreamFrame | undefined {
  const value = parse(text);
  return isFrame(value) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The server answers for the rest of the shape; its answers are held against the contract in its own tests. */
function isFrame(value: unknown): value is StreamFrame {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  if (value.type === "snapshot" || value.type === "gap") return "data" in value;
  return "id" in value && typeof value.id === "string";
}

/** A place in one session's stream, over any number of connections. */
export interface Cursor {
  /** Whether the frame is news. An event that came before is not. */
  accept(frame: StreamFrame): boolean;
  /** What to ask for when coming back. */
  readonly after: string | undefined;
}

export function createCursor(after: string | undefined): Cursor {
  let place = after;
  return {
    accept(frame) {
      if (frame.type === "snapshot") {
        // From here on `latest` would mean later than what was seen: hold on to this place.
        if (place === "latest") place = frame.data.session.lastEventId;
        return true;
      }
      if (frame.type === "gap") {
        place = undefined; // What follows may lie before the place that the log did not know.
        return true;
      }
      // Ids have a fixed width and rise, so they compare as text.
      if (place !== undefined && place !== "latest" && frame.id <= place) return false;
      place = frame.id;
      return true;
    },
    get after() {
      return place;
    },
  };
}
