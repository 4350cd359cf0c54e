import type { Client } from "../client.ts";
import type { Message } from "./session-state.ts";

/** Messages that were loaded from the server, for `reduce` to fill a gap with. */
export interface HistoryFrame {
  type: "history";
  sessionId: string;
  messages: readonly Message[];
}

/**
 * Loads the whole conversation, 200 messages per request. Returns a frame instead of a state, because events keep
 * arriving meanwhile: `state = reduce(state, await loadHistory(client, sessionId))`. Throws as every operation does.
 */
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
