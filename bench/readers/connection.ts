import { request } from "node:http";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import type { StreamFrame } from "../../packages/shared/src/index.ts";

/** One connection of one reader. */
export interface Connection {
  /** Resets the connection after so many more bytes, even in the middle of a frame. Bytes after them are dropped. */
  cutAfter(bytes: number): void;
  close(): void;
}

export interface ConnectionOptions {
  url: string;
  key: string;
  sessionId: string;
  after: string | undefined;
  onFrame(frame: StreamFrame): void;
  /** The connection is lost, for any reason except a call of `close`. */
  onLost(): void;
}

export type Transport = "sse" | "websocket";

export const openConnection: Record<Transport, (options: ConnectionOptions) => Connection> = {
  sse: openSse,
  websocket: openSocket,
};

function openSse({ url, key, sessionId, after, onFrame, onLost }: ConnectionOptions): Connection {
  const headers = { "x-api-key": key, accept: "text/event-stream" };
  const resume = after === undefined ? {} : { "last-event-id": after };
  const options = { headers: { ...headers, ...resume }, agent: false } as const;
  const cutting = createCut(() => sent.socket?.resetAndDestroy());
  const sent = request(`${url}/v1/sessions/${sessionId}/events`, options, (response) => {
    let rest: Buffer = Buffer.alloc(0);
    response.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, cutting.pass(chunk)]);
      const end = rest.lastIndexOf("\n\n");
      if (end < 0) return;
      for (const block of rest.toString("utf8", 0, end).split("\n\n")) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) onFrame(JSON.parse(data) as StreamFrame);
      }
      rest = rest.subarray(end + 2);
    });
    response.on("error", () => {});
  });
  sent.on("error", () => {}).once("close", () => cutting.isClosed() || onLost());
  sent.end();
  return { cutAfter: cutting.cutAfter, close: () => cutting.close(() => sent.destroy()) };
}

/** A socket delivers whole frames, so it is cut between two of them. */
function openSocket({ url, key, sessionId, after, onFrame, onLost }: ConnectionOptions): Connection {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`, { headers: { "x-api-key": key } });
  let connection: Socket | undefined;
  const cutting = createCut(() => connection?.resetAndDestroy());
  const subscribe = { type: "subscribe", id: "1", sessionId, ...(after === undefined ? {} : { after }) };
  socket.once("upgrade", (response) => (connection = response.socket));
  socket.once("open", () => socket.send(JSON.stringify(subscribe)));
  socket.on("message", (bytes: Buffer) => {
    if (cutting.pass(bytes).length < bytes.length) return;
    const frame = JSON.parse(bytes.toString()) as
      StreamFrame | { type: "event"; event: StreamFrame } | { type: "ack" };
    if (frame.type === "event") onFrame(frame.event);
    else if (frame.type !== "ack") onFrame(frame);
  });
  socket.on("error", () => {}).once("close", () => cutting.isClosed() || onLost());
  return { cutAfter: cutting.cutAfter, close: () => cutting.close(() => socket.terminate()) };
}

function createCut(reset: () => void) {
  let left = Infinity;
  let isClosed = false;
  return {
    isClosed: () => isClosed,
    close: (end: () => void) => {
      isClosed = true;
      end();
    },
    cutAfter: (bytes: number) => {
      left = bytes;
      if (left === 0) reset();
    },
    /** The part of the chunk that is still read. */
    pass: (chunk: Buffer): Buffer => {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (left === 0) reset();
      return passed;
    },
  };
}
