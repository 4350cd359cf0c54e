import type { Schemas } from "../../shared/src/index.ts";

export type Event = Schemas["Event"];
/** What a stream of a session carries. */
export type Frame = Event | Schemas["SnapshotFrame"] | Schemas["GapFrame"];
export type Action = Schemas["Action"];
export type Message = Schemas["Message"];
export type Session = Schemas["Session"];
export type Task = Schemas["Task"];

export function hasEnded(task: Task): boolean {
  return task.state === "completed" || task.state === "failed" || task.state === "cancelled";
}
