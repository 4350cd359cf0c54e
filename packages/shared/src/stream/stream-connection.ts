import type { Client } from "../client.ts";
import { open, initOf } from "../connection/request.ts";
import type { SilenceLimit } from "../connection/silence.ts";
import type { Cursor } from "./frames.ts";

/** What to read, and from where. */
export interface StreamPlace {
  client: Client;
  sessionId: string;
  cursor: Cursor;
}

/** Connects, at the place of the cursor. Throws as `open` does. */
export function openStream(
  { client, sessionId, cursor: { after } }: StreamPlace,
  silence: SilenceLimit,
): Promise<Response> {
  const request = {
    params: { sessionId },
    // `latest` is not an event id, so it cannot be sent as Last-Event-ID.
    ...(after === "latest" ? { query: { after } } : {}),
    headers: {
      accept: "text/event-stream",
      ...(after === undefined || after === "latest" ? {} : { "Last-Event-ID": after }),
    },
    signal: silence.signal,
  };
  const init: RequestInit = {
    ...initOf(client.connection, "streamSessionEvents", request),
    cache: "no-store",
  };
  return silence.during(open(client.connection, "streamSessionEvents", { request, init }));
}

/** The body in pieces. The limit counts only while we wait for the network, not while the reader of the frames is slow. */
export async function* chunksOf(
  response: Response,
  silence: SilenceLimit,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await silence.during(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {}); // Fails when the connection is already broken.
  }
}
