import type { Client } from "../client.ts";
import type { Message } from "./session-state.ts";

/** Messages read from the server, to be folded in where a gap left them out. */
export interface HistoryFrame {
  type: "history";
  sessionId: string;
  messages: readonly Message[];
}

/** Reads the whole conversation. A frame and not a state, because events go on coming while it is read: `reduce(state, await loadHistory(…))`. */
export async function loadHistory(
  client: Client,
  sessionId: string,
  signal?: AbortSignal,
): Promise<HistoryFrame> {
  const messages: Message[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? { limit: 200 } : { limit: 200, cursor };
    const page = await client.listMessages({ params: { sessionId }, query, ...(signal ? { signal } : {}) });
    messages.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { type: "history", sessionId, messages };
}
