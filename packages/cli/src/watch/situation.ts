import type { Action, Frame, Session, Task } from "../frame.ts";
import { hasEnded } from "../frame.ts";

/** What a watcher must know to act: who waits for whom. */
export interface Situation {
  apply(frame: Frame): void;
  /** Pending decisions, oldest first. */
  readonly pending: readonly Action[];
  readonly status: Session["status"];
  /** The history up to the first snapshot has been read; what comes now is live. */
  readonly isLive: boolean;
  /** Ended tasks by id. */
  readonly ended: ReadonlyMap<string, Task>;
}

/** Folds frames. Events that a snapshot holds already only fill in the history. */
export function createSituation(): Situation {
  const actions = new Map<string, Action>();
  const ended = new Map<string, Task>();
  let status: Session["status"] = "idle";
  let until = "";
  let last = "";

  const applyEvent = (event: Exclude<Frame, { type: "snapshot" | "gap" }>): void => {
    last = event.id;
    if (event.type === "task.updated" && hasEnded(event.data.task))
      ended.set(event.data.task.id, event.data.task);
    if (event.id <= until) return;
    if (event.type === "action.required") actions.set(event.data.action.id, event.data.action);
    if (event.type === "action.resolved") actions.delete(event.data.action.id);
    if (event.type === "session.updated") status = event.data.session.status;
    if (event.type === "status") status = event.data.state;
  };
  return {
    apply: (frame) => {
      if (frame.type === "gap") return;
      if (frame.type !== "snapshot") return applyEvent(frame);
      actions.clear();
      for (const action of frame.data.actions) actions.set(action.id, action);
      status = frame.data.session.status;
      until = frame.data.session.lastEventId;
    },
    get pending() {
      return [...actions.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    },
    get status() {
      return status;
    },
    get isLive() {
      return last >= until || until.endsWith("_0000000000");
    },
    ended,
  };
}
