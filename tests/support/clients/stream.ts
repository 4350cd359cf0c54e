import { request } from "node:http";
import type { StreamFrame } from "../../../lib/event.ts";
import { checkFrame } from "../contract.ts";
import type { TestServer } from "../server/server.ts";
import { until } from "../until.ts";

export interface TestStream {
  status: number;
  contentType: string;
  /** What came so far, each frame held against the contract. */
  readonly frames: readonly StreamFrame[];
  /** Waits for a frame, from the first one on. */
  waitFor(what: string, isWanted: (frame: StreamFrame) => boolean): Promise<StreamFrame>;
  /** True once the server has ended it. */
  readonly isEnded: boolean;
  close(): void;
}

export interface StreamOptions {
  after?: string;
  lastEventId?: string;
  key?: string;
}

/** Follows a session over SSE as raw as it comes: no reconnect, nothing folded. */
export function openTestStream(
  server: TestServer,
  sessionId: string,
  { after, lastEventId, key = server.key }: StreamOptions = {},
): Promise<TestStream> {
  const query = after === undefined ? "" : `?after=${after}`;
  const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const headers = { "x-api-key": key, accept: "text/event-stream", ...resume };
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}/v1/sessions/${sessionId}/events${query}`, { headers }, (response) => {
      const reading = createReading();
      response.setEncoding("utf8");
      response.on("data", reading.read);
      response.on("close", reading.end);
      response.on("error", reading.end);
      resolve({
        status: response.statusCode ?? 0,
        contentType: response.headers["content-type"] ?? "",
        frames: reading.frames,
        waitFor: reading.waitFor,
        get isEnded() {
          return reading.isEnded();
        },
        close: () => sent.destroy(),
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

function createReading() {
  const frames: StreamFrame[] = [];
  let fault: unknown;
  let rest = "";
  let ended = false;
  return {
    frames,
    isEnded: () => ended,
    end: () => {
      ended = true;
    },
    read: (text: string) => {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      try {
        frames.push(...blocks.flatMap(frameOf));
      } catch (error) {
        fault ??= error;
      }
    },
    waitFor: (what: string, isWanted: (frame: StreamFrame) => boolean) =>
      until(
        `the stream says ${what}`,
        () => {
          if (fault !== undefined) throw fault as Error;
          return frames.find(isWanted);
        },
        { seen: () => frames.slice(-5) },
      ),
  };
}

/** Comments and the retry hint carry no frame. */
function frameOf(block: string): StreamFrame[] {
  const fields = block.split("\n").map((line) => /^(\w*): ?(.*)$/.exec(line));
  const value = (name: string) => fields.find((field) => field?.[1] === name)?.[2];
  const text = value("data");
  if (text === undefined) return [];
  const frame = JSON.parse(text) as StreamFrame;
  checkFrame(frame);
  if (value("event") !== frame.type) throw new Error(`The event field says ${value("event")}: ${text}`);
  if (value("id") !== ("id" in frame ? frame.id : undefined)) throw new Error(`The id differs: ${block}`);
  return [frame];
}
