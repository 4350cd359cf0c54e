import type { Event } from "../stream/frames.ts";
import type { HistoryFrame } from "./history.ts";
import type { Message, SessionState } from "./session-state.ts";
import {
  withLiveOutput,
  withoutLiveOutput,
  withToolCall,
  withToolCallsOf,
  withToolResult,
} from "./tool-calls.ts";

/** Applies a new event. */
export function foldLive(state: SessionState, event: Event): SessionState {
  switch (event.type) {
    case "token":
      return withDelta(state, event.data.messageId, "text", event.data.text);
    case "reasoning":
      return withDelta(state, event.data.messageId, "reasoning", event.data.text);
    case "message.created":
      return withNewMessage(state, event.data.message);
    case "message.final":
      return withoutStreaming(
        withoutWaiting(foldHistory(state, event), event.data.message.id),
        event.data.message,
      );
    case "status":
      return {
        ...state,
        detail: event.data.detail,
        session: state.session && { ...state.session, status: event.data.state },
      };
    case "action.required":
      return { ...state, actions: [...withoutAction(state, event.data.action.id), event.data.action] };
    case "action.resolved":
      return { ...state, actions: withoutAction(state, event.data.action.id) };
    case "session.updated":
      return { ...state, session: event.data.session };
    case "workspace.updated":
      return { ...state, workspace: event.data.workspace };
    case "task.updated":
      return { ...state, tasks: { ...state.tasks, [event.data.task.id]: event.data.task } };
    default:
      return foldHistory(state, event);
  }
}

/** Applies an event that is older than the snapshot: only what it adds to the history. */
export function foldHistory(state: SessionState, event: Event): SessionState {
  switch (event.type) {
    case "message.final":
      return withMessage(state, event.data.message);
    case "tool.call":
      return withToolCall(state, { ...event.data, state: "open", output: null, durationMs: null });
    case "tool.output":
      return withLiveOutput(state, event.data);
    case "tool.result":
      return withoutLiveOutput(withToolResult(state, event.data), event.data.toolCallId);
    case "task.updated":
      // The snapshot has the active task as it is now. For other tasks the event is the newest information.
      return event.data.task.id === state.session?.activeTask?.id
        ? state
        : { ...state, tasks: { ...state.tasks, [event.data.task.id]: event.data.task } };
    case "status":
      return { ...state, detail: event.data.detail };
    case "error":
      return { ...state, problem: event.data.problem };
    default:
      // It adds nothing to the history, or only a newer server knows its type.
      return state;
  }
}

/** Adds messages that were loaded from the server. What events brought meanwhile is at least as new and stays. */
export function withLoadedHistory(state: SessionState, { messages }: HistoryFrame): SessionState {
  const placed = messages.filter((message) => message.position !== null);
  const known = new Set(state.messages.map((message) => message.id));
  const merged = [...state.messages, ...placed.filter((message) => !known.has(message.id))];
  return {
    ...state,
    messages: merged.toSorted((one, other) => (one.position ?? 0) - (other.position ?? 0)),
    toolCalls: withToolCallsOf(merged, state.toolCalls),
    gap: null,
  };
}

/** Drops a delta of a message whose start was not received: its text would be incomplete. */
function withDelta(
  state: SessionState,
  messageId: string,
  kind: "text" | "reasoning",
  text: string,
): SessionState {
  const { streaming } = state;
  if (streaming?.messageId !== messageId) return state;
  return { ...state, streaming: { ...streaming, [kind]: streaming[kind] + text } };
}

function withNewMessage(state: SessionState, message: Message): SessionState {
  if (message.role === "user")
    return { ...state, queue: [...withoutWaiting(state, message.id).queue, message] };
  // The agent starts, or starts again after an interruption: earlier text under this id no longer counts.
  return { ...state, streaming: { messageId: message.id, taskId: message.taskId, text: "", reasoning: "" } };
}

function withMessage(state: SessionState, message: Message): SessionState {
  const { messages } = state;
  const place = message.position ?? Infinity;
  let index = messages.length;
  while (index > 0 && (messages[index - 1]?.position ?? 0) >= place) index--;
  const replaced = messages[index]?.id === message.id ? 1 : 0;
  return { ...state, messages: messages.toSpliced(index, replaced, message) };
}

function withoutWaiting(state: SessionState, id: string): SessionState {
  if (!state.queue.some((message) => message.id === id)) return state;
  return { ...state, queue: state.queue.filter((message) => message.id !== id) };
}

/** The answer of the task is complete. It may have started under another id. */
function withoutStreaming(state: SessionState, message: Message): SessionState {
  const isAnswer = message.role === "assistant" && state.streaming?.taskId === message.taskId;
  return isAnswer ? { ...state, streaming: null } : state;
}

function withoutAction(state: SessionState, id: string) {
  return state.actions.filter((action) => action.id !== id);
}
