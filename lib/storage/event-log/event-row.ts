import type { Event, EventType, NewEvent } from "../../event.ts";
import { fromJsonObject } from "../database/json.ts";

export interface EventRow {
  sequence: number;
  type: EventType;
  task_id: string | null;
  created_at_ms: number;
  payload: string;
}

/** Throws when the payload is not a JSON object. */
export function fromRow({ type, task_id, payload }: EventRow): NewEvent {
  // `append` stored a type and its data together; only the compiler does not know that they match.
  return { type, taskId: task_id ?? undefined, data: fromJsonObject<unknown>(payload) } as NewEvent;
}

/** The session in a `session.updated` event names that event as its last one, also after the generation has risen. */
export function toEvent(
  event: NewEvent,
  { id, sessionId, createdAt }: { id: string; sessionId: string; createdAt: string },
): Event {
  const data =
    event.type === "session.updated"
      ? { ...event.data, session: { ...event.data.session, lastEventId: id } }
      : event.data;
  const task = event.taskId === undefined ? {} : { taskId: event.taskId };
  return { id, sessionId, ...task, type: event.type, createdAt, data } as Event; // For the reason in fromRow.
}
