import type { HistoryMessage } from "../../../lib/message.ts";
import { must } from "./breach.ts";

const invariant = "each tool call has one result before the next request";

/** Refuses a conversation as providers do: a call without its result right behind it, a result twice or without a call, an id twice. */
export function checkHistory(history: readonly HistoryMessage[]): void {
  const ids = new Set<string>();
  let open: string[] = [];
  for (const { message } of history) {
    const results = message.content.filter((part) => part.type === "tool-result");
    const calls = message.content.filter((part) => part.type === "tool-call");
    must(
      invariant,
      open.length === 0 || message.role === "tool",
      () => `${message.id} (${message.role}) came before the results of ${open.join(", ")}.`,
    );
    for (const { toolCallId } of calls) {
      must(invariant, !ids.has(toolCallId), () => `The id ${toolCallId} names two calls.`);
      ids.add(toolCallId);
      open.push(toolCallId);
    }
    for (const { toolCallId } of results) {
      must(invariant, open.includes(toolCallId), () => `${toolCallId} has a result too many.`);
      open = open.filter((id) => id !== toolCallId);
    }
    const isAnswered = message.role !== "tool" || open.length === 0;
    must(invariant, isAnswered, () => `${message.id} leaves ${open.join(", ")} without a result.`);
  }
  must(invariant, open.length === 0, () => `At the end ${open.join(", ")} has no result.`);
}
