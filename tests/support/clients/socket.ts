import { WebSocket } from "ws";
import type { Schemas } from "../../../packages/shared/src/index.ts";
import { checkSocketFrame } from "../contract.ts";
import type { TestServer } from "../server/server.ts";
import { until } from "../until.ts";

export type Frame = Schemas["WebSocketFrame"];

export interface TestSocket {
  /** Everything the server said, each frame held against the contract. */
  readonly frames: readonly Frame[];
  /** Sends a frame, whatever it is. */
  send(frame: unknown): void;
  /** Sends a request and waits for the one frame that answers it. */
  ask(request: Schemas["WebSocketRequest"]): Promise<Frame>;
  /** Waits for a frame, from the first one on. */
  waitFor(what: string, isWanted: (frame: Frame) => boolean): Promise<Frame>;
  close(): void;
}

export interface SocketOptions {
  headers?: Record<string, string>;
  protocols?: string[];
}

/** Rejects with the status of the refusal, such as `Unexpected server response: 401`. */
export function openTestSocket(
  server: TestServer,
  { headers = { "x-api-key": server.key }, protocols = [] }: SocketOptions = {},
): Promise<TestSocket> {
  const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/v1/ws`, protocols, { headers });
  const frames: Frame[] = [];
  const faults: unknown[] = [];
  socket.on("message", (bytes: Buffer) => {
    try {
      const frame: unknown = JSON.parse(bytes.toString("utf8"));
      checkSocketFrame(frame);
      frames.push(frame as Frame); // The line above has checked it.
    } catch (fault) {
      faults.push(fault);
    }
  });
  const waitFor = (what: string, isWanted: (frame: Frame) => boolean) =>
    until(
      `the socket says ${what}`,
      () => {
        if (faults.length > 0) throw faults[0] as Error;
        return frames.find(isWanted);
      },
      { seen: () => frames.slice(-5) },
    );
  const testSocket: TestSocket = {
    frames,
    waitFor,
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    ask: (request) => {
      socket.send(JSON.stringify(request));
      return waitFor(`an answer to ${request.id}`, (frame) => "id" in frame && frame.id === request.id);
    },
    close: () => socket.terminate(),
  };
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(testSocket));
    socket.once("error", reject);
  });
}
