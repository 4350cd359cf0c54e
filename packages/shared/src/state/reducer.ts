import { foldHistory, foldLive, withLoadedHistory } from "./fold.ts";
import type { GapFrame, SnapshotFrame, StreamFrame } from "../stream/frames.ts";
import type { HistoryFrame } from "./history.ts";
import { emptyState, type SessionState } from "./session-state.ts";

/**
 * Applies one frame of a session's stream to its state and returns the new state. Pure: the same frames give the same
 * state, from any cursor and over any number of connections. The cost of an event does not depend on the length of the
 * conversation, except for the few events that add a message.
 */
export function reduce(state: SessionState, frame: StreamFrame | HistoryFrame): SessionState {
  switch (frame.type) {
    case "snapshot":
      return withSnapshot(state, frame.data);
    case "gap":
      return withGap(state, frame.data);
    case "history":
      return withLoadedHistory(state, frame);
    default: {
      if (state.lastEventId !== null && frame.id <= state.lastEventId) return state;
      // The snapshot already contains what the events before it did.
      const isReplay = state.snapshotId !== null && frame.id <= state.snapshotId;
      return { ...(isReplay ? foldHistory(state, frame) : foldLive(state, frame)), lastEventId: frame.id };
    }
  }
}

function withSnapshot(state: SessionState, snapshot: SnapshotFrame["data"]): SessionState {
  const { session, workspace, activeTask, actions, streaming, queue } = snapshot;
  return {
    ...state,
    session,
    workspace,
    actions,
    streaming,
    queue,
    tasks: activeTask ? { ...state.tasks, [activeTask.id]: activeTask } : state.tasks,
    snapshotId: session.lastEventId,
  };
}

/** A snapshot comes before each gap, so the present is known. The history before the gap is dropped. */
function withGap(state: SessionState, gap: GapFrame["data"]): SessionState {
  const { session, workspace, actions, streaming, queue, snapshotId } = state;
  const active = session?.activeTask;
  const tasks = active ? { [active.id]: active } : {};
  return { ...emptyState, session, workspace, actions, streaming, queue, snapshotId, tasks, gap };
}
