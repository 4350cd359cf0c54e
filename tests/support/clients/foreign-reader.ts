import { Agent, EventSource } from "undici";
import type { StreamFrame } from "../../../packages/shared/src/index.ts";
import type { TestServer } from "../server/server.ts";

/** A client we did not write: the EventSource of undici, which is that of the HTML standard. */
export interface ForeignReader {
  readonly ids: readonly string[];
  readonly snapshots: number;
  close(): void;
}

/** Listeners have to name every type. The standard has no header but `Last-Event-ID`, so the key joins on the way. */
export function readAsForeigner(
  server: TestServer,
  sessionId: string,
  types: readonly StreamFrame["type"][],
): ForeignReader {
  const dispatcher = new Agent().compose(
    (dispatch) => (options, handler) =>
      dispatch({ ...options, headers: Object.assign({ "x-api-key": server.key }, options.headers) }, handler),
  );
  const source = new EventSource(`${server.url}/v1/sessions/${sessionId}/events`, { node: { dispatcher } });
  const ids: string[] = [];
  let snapshots = 0;
  for (const type of types)
    source.addEventListener(type, (event: Event | MessageEvent) => {
      if (!("lastEventId" in event)) return; // An `error` of the line has none; one of a task has.
      if (type === "snapshot") snapshots++;
      else ids.push(event.lastEventId);
    });
  return {
    ids,
    get snapshots() {
      return snapshots;
    },
    close: () => source.close(),
  };
}
