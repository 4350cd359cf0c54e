import type { Schemas } from "../schemas.ts";
import type { Message, SessionState, ToolCallState } from "./session-state.ts";

/** At least this much of the end of each stream of a running command is kept, and at most twice as much. In UTF-16 code units. */
const liveOutputChars = 64 * 1024;

export function withToolCall(state: SessionState, call: ToolCallState): SessionState {
  return { ...state, toolCalls: { ...state.toolCalls, [call.toolCallId]: call } };
}

export function withLiveOutput(
  state: SessionState,
  { toolCallId, stream, text }: Schemas["ToolOutputEvent"]["data"],
): SessionState {
  const before = state.liveOutput[toolCallId] ?? { stdout: "", stderr: "" };
  const whole = before[stream] + text;
  const kept = whole.length > liveOutputChars * 2 ? whole.slice(-liveOutputChars) : whole;
  return { ...state, liveOutput: { ...state.liveOutput, [toolCallId]: { ...before, [stream]: kept } } };
}

/** Called when the result is here, which contains the output. */
export function withoutLiveOutput(state: SessionState, toolCallId: string): SessionState {
  if (state.liveOutput[toolCallId] === undefined) return state;
  const { [toolCallId]: _, ...liveOutput } = state.liveOutput;
  return { ...state, liveOutput };
}

export function withToolResult(
  state: SessionState,
  result: Schemas["ToolResultEvent"]["data"],
): SessionState {
  const { toolCallId, toolName, output, isError, durationMs } = result;
  const call = state.toolCalls[toolCallId] ?? { toolCallId, toolName, input: null, messageId: "" };
  return withToolCall(state, { ...call, toolName, output, durationMs, state: isError ? "failed" : "done" });
}

/** Tool calls from messages and from events. What events brought is more precise and wins. */
export function withToolCallsOf(
  messages: readonly Message[],
  fromEvents: SessionState["toolCalls"],
): SessionState["toolCalls"] {
  const calls: Record<string, ToolCallState> = {};
  for (const message of messages) {
    for (const part of message.content) {
      if (part.type === "tool-call") calls[part.toolCallId] = callOf(part, message.id);
      const call = part.type === "tool-result" ? calls[part.toolCallId] : undefined;
      if (part.type === "tool-result" && call)
        calls[part.toolCallId] = { ...call, output: part.output, state: part.isError ? "failed" : "done" };
    }
  }
  for (const call of Object.values(fromEvents)) {
    const { input, messageId } = calls[call.toolCallId] ?? call;
    calls[call.toolCallId] = { ...call, input, messageId };
  }
  return calls;
}

function callOf({ toolCallId, toolName, input }: Schemas["ToolCallPart"], messageId: string): ToolCallState {
  return { toolCallId, toolName, input, messageId, state: "open", output: null, durationMs: null };
}
