import { AppError } from "../../errors.ts";
import type { HistoryMessage, Message } from "../../message.ts";
import { isToolRun } from "../../message.ts";

/**
 * The history of a session in the form that the model gets. A tool that a person ran becomes one message that holds both
 * the call and its result. Throws AppError session-damaged when a tool call has no result, or a result no call: providers
 * refuse such a conversation. Nothing here writes one.
 */
export function conversationOf(sessionId: string, history: readonly HistoryMessage[]): HistoryMessage[] {
  const conversation = joinToolRuns(history);
  checkToolCallPairs(sessionId, conversation);
  return conversation;
}

function joinToolRuns(history: readonly HistoryMessage[]): HistoryMessage[] {
  return history.flatMap((entry, index) => {
    const next = history[index + 1];
    if (next !== undefined && isResultOfRun(entry, next)) return [join(entry, next)];
    const previous = history[index - 1];
    return previous !== undefined && isResultOfRun(previous, entry) ? [] : [entry];
  });
}

function isResultOfRun(run: HistoryMessage, result: HistoryMessage): boolean {
  return isToolRun(run.message) && result.message.role === "tool";
}

function join(run: HistoryMessage, result: HistoryMessage): HistoryMessage {
  return {
    message: { ...result.message, content: [...run.message.content, ...result.message.content] },
    providerMetadata: [...run.providerMetadata, ...result.providerMetadata],
  };
}

/** Each tool call must have exactly one result, in the next message. */
function checkToolCallPairs(sessionId: string, conversation: readonly HistoryMessage[]): void {
  let unanswered: string[] = [];
  for (const { message } of conversation) {
    const calls = idsOf(message, "tool-call");
    const results = idsOf(message, "tool-result");
    // The message of a person's tool run answers its own call.
    const answered = message.role === "tool" && calls.length > 0 ? [...unanswered, ...calls] : unanswered;
    if (!haveSameIds(answered, results)) throw unpaired(sessionId, message);
    unanswered = message.role === "tool" ? [] : calls;
  }
  const last = conversation.at(-1)?.message;
  if (unanswered.length > 0 && last !== undefined) throw unpaired(sessionId, last);
}

function idsOf({ content }: Message, type: "tool-call" | "tool-result"): string[] {
  return content.flatMap((part) => (part.type === type ? [part.toolCallId] : []));
}

function haveSameIds(calls: readonly string[], results: readonly string[]): boolean {
  const sorted = results.toSorted();
  return calls.length === results.length && calls.toSorted().every((id, index) => id === sorted[index]);
}

function unpaired(sessionId: string, { id }: Message): AppError {
  return new AppError(
    "session-damaged",
    `In session ${sessionId} the tool calls and results around message ${id} do not belong together. Go on in a new session.`,
  );
}
