import { AppError } from "../../errors.ts";
import type { HistoryMessage, Message } from "../../message.ts";

/**
 * Providers refuse a conversation in which a tool call is not answered, once, by the message behind it, or a result
 * answers no call. Nothing here writes such a thing. Throws AppError session-damaged where it stands all the same.
 */
export function checkToolCallPairs(sessionId: string, history: readonly HistoryMessage[]): void {
  let open: string[] = [];
  for (const { message } of history) {
    const calls = idsOf(message, "tool-call");
    const results = idsOf(message, "tool-result");
    // A tool that a person ran is one message, which answers its own call.
    const answered = message.role === "tool" && calls.length > 0 ? [...open, ...calls] : open;
    if (!isSame(answered, results)) throw unpaired(sessionId, message);
    open = message.role === "tool" ? [] : calls;
  }
  const last = history.at(-1)?.message;
  if (open.length > 0 && last !== undefined) throw unpaired(sessionId, last);
}

function idsOf({ content }: Message, type: "tool-call" | "tool-result"): string[] {
  return content.flatMap((part) => (part.type === type ? [part.toolCallId] : []));
}

function isSame(calls: readonly string[], results: readonly string[]): boolean {
  const sorted = results.toSorted();
  return calls.length === results.length && calls.toSorted().every((id, at) => id === sorted[at]);
}

function unpaired(sessionId: string, { id }: Message): AppError {
  return new AppError(
    "session-damaged",
    `In session ${sessionId} the tool calls and results around message ${id} do not belong together. Go on in a new session.`,
  );
}
