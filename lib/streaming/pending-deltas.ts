import type { Delta, NewEvent, OutputDelta } from "../event.ts";

/** Text of one session that is not written yet, in order. Neighbours of the same kind are joined to one entry. */
export interface PendingDeltas {
  add(delta: Delta | OutputDelta): void;
  /** Adds the entries of another one. */
  append(later: PendingDeltas): void;
  readonly entries: readonly (Delta | OutputDelta)[];
  events(): NewEvent[];
}

/** Text that is not written yet, by session. */
export type PendingText = Map<string, PendingDeltas>;

export type PendingEntry = readonly [sessionId: string, deltas: PendingDeltas];

/** Those of one session; made when it has none. */
export function deltasOf(pending: PendingText, sessionId: string): PendingDeltas {
  const found = pending.get(sessionId);
  if (found !== undefined) return found;
  const made = createPendingDeltas();
  pending.set(sessionId, made);
  return made;
}

/** Makes entries pending again, before the text that came since. */
export function putInFront(pending: PendingText, entries: readonly PendingEntry[]): void {
  const since = [...pending];
  pending.clear();
  for (const [sessionId, deltas] of entries) pending.set(sessionId, deltas);
  for (const [sessionId, deltas] of since) deltasOf(pending, sessionId).append(deltas);
}

function createPendingDeltas(): PendingDeltas {
  const entries: (Delta | OutputDelta)[] = [];
  let last: Delta | OutputDelta | undefined;
  const add = (delta: Delta | OutputDelta) => {
    if (last !== undefined && isSameKind(last, delta)) {
      last.text += delta.text;
    } else {
      last = { ...delta };
      entries.push(last);
    }
  };
  return {
    entries,
    add,
    append: (later) => later.entries.forEach(add),
    events: () => entries.map(eventOf),
  };
}

function isSameKind(one: Delta | OutputDelta, other: Delta | OutputDelta): boolean {
  if (one.type === "tool.output")
    return (
      other.type === "tool.output" &&
      one.stream === other.stream &&
      one.toolCallId === other.toolCallId &&
      one.taskId === other.taskId
    );
  return one.type === other.type && one.messageId === other.messageId;
}

function eventOf(delta: Delta | OutputDelta): NewEvent {
  const { taskId, text } = delta;
  if (delta.type === "tool.output") {
    const { toolCallId, stream } = delta;
    return { type: "tool.output", taskId, data: { toolCallId, stream, text } };
  }
  return { type: delta.type, taskId, data: { messageId: delta.messageId, text } };
}
