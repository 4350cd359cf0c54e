import type { Schemas } from "../schemas.ts";

export type Event = Schemas["Event"];
export type SnapshotFrame = Schemas["SnapshotFrame"];
export type GapFrame = Schemas["GapFrame"];
/** What following a session gives. */
export type StreamFrame = Schemas["StreamFrame"];

/**
 * Reads a frame; undefined when the text is not one. Events of a type that this version does not know are frames too,
 * because the cursor must move past them.
 */
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

/** Checks only what this package relies on: the server's own tests check its frames against the contract. */
function isFrame(value: unknown): value is StreamFrame {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  if (value.type === "snapshot" || value.type === "gap") return "data" in value;
  return "id" in value && typeof value.id === "string";
}

/** A position in the event log of one session, over any number of connections. */
export interface Cursor {
  /** Moves to the frame. False for an event that came before. */
  accept(frame: StreamFrame): boolean;
  /** What to ask for on the next connection: an event id, `latest`, or undefined for the whole log. */
  readonly after: string | undefined;
}

export function createCursor(after: string | undefined): Cursor {
  let place = after;
  return {
    accept(frame) {
      if (frame.type === "snapshot") {
        // On a later connection `latest` would skip what happens until then.
        if (place === "latest") place = frame.data.session.lastEventId;
        return true;
      }
      if (frame.type === "gap") {
        place = undefined; // The log does not know our position, and what follows may be before it.
        return true;
      }
      // Ids rise and have a fixed width, so comparing text compares positions.
      if (place !== undefined && place !== "latest" && frame.id <= place) return false;
      place = frame.id;
      return true;
    },
    get after() {
      return place;
    },
  };
}
