import type { Schemas, StreamFrame } from "../../shared/src/index.ts";

export type Event = Schemas["Event"];
export type SnapshotFrame = Schemas["SnapshotFrame"];
/** What following a session yields. */
export type Frame = StreamFrame;
export type Action = Schemas["Action"];
export type Message = Schemas["Message"];
export type Session = Schemas["Session"];
export type Task = Schemas["Task"];

export function hasEnded(task: Task): boolean {
  return task.state === "completed" || task.state === "failed" || task.state === "cancelled";
}
