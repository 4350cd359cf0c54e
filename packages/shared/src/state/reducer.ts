import { foldHistory, foldLive, withLoadedHistory } from "./fold.ts";
import type { GapFrame, SnapshotFrame, StreamFrame } from "../stream/frames.ts";
import type { HistoryFrame } from "./history.ts";
import { emptyState, type SessionState } from "./session-state.ts";

/**
 * Folds one frame of a session's stream into its state. Pure. Whoever folds the stream, from whatever cursor, in
 * however many pieces, comes to the same state. An event costs the same however long the conversation is, except the
 * few that add a message.
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
      // What a snapshot told already must not be told again by the events that led to it.
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

/** The snapshot came before the gap, so the present is known; only what led to it is not. */
function withGap(state: SessionState, gap: GapFrame["data"]): SessionState {
  const { session, workspace, actions, streaming, queue, snapshotId } = state;
  const active = session?.activeTask;
  const tasks = active ? { [active.id]: active } : {};
  return { ...emptyState, session, workspace, actions, streaming, queue, snapshotId, tasks, gap };
}
