import type { Action, Event, Frame, Session, SnapshotFrame, Task } from "../frame.ts";
import { hasEnded } from "../frame.ts";

/** What a watcher must know to act. */
export interface Situation {
  apply(frame: Frame): void;
  /** Pending actions, oldest first. */
  readonly pending: readonly Action[];
  readonly status: Session["status"];
  /** The history up to the first snapshot has been read; what comes now is live. */
  readonly isLive: boolean;
  /** Ended tasks by id. */
  readonly ended: ReadonlyMap<string, Task>;
}

interface Context {
  /** Pending actions by id. */
  readonly actions: Map<string, Action>;
  readonly ended: Map<string, Task>;
  status: Session["status"];
  /** Id of the last event that the last snapshot contains. */
  snapshotId: string;
  lastEventId: string;
}

export function createSituation(): Situation {
  const context: Context = {
    actions: new Map(),
    ended: new Map(),
    status: "idle",
    snapshotId: "",
    lastEventId: "",
  };
  return {
    apply: (frame) => {
      if (frame.type === "snapshot") applySnapshot(context, frame);
      else if (frame.type !== "gap") applyEvent(context, frame);
    },
    get pending() {
      return [...context.actions.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    },
    get status() {
      return context.status;
    },
    get isLive() {
      return isLive(context);
    },
    ended: context.ended,
  };
}

function applySnapshot(context: Context, { data }: SnapshotFrame): void {
  const { actions } = context;
  actions.clear();
  for (const action of data.actions) actions.set(action.id, action);
  context.status = data.session.status;
  context.snapshotId = data.session.lastEventId;
}

function applyEvent(context: Context, event: Event): void {
  const { actions, ended } = context;
  context.lastEventId = event.id;
  if (event.type === "task.updated" && hasEnded(event.data.task))
    ended.set(event.data.task.id, event.data.task);
  if (event.id <= context.snapshotId) return; // The snapshot is newer.
  if (event.type === "action.required") actions.set(event.data.action.id, event.data.action);
  if (event.type === "action.resolved") actions.delete(event.data.action.id);
  if (event.type === "session.updated") context.status = event.data.session.status;
  if (event.type === "status") context.status = event.data.state;
}

/** A session without events has the sequence number 0. */
function isLive({ lastEventId, snapshotId }: Context): boolean {
  return lastEventId >= snapshotId || snapshotId.endsWith("_0000000000");
}
