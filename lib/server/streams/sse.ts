import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import { AppError } from "../../errors.ts";
import type { StreamFrame } from "../../event.ts";
import type { ServerLimits } from "../http/server-limits.ts";
import { sseFrame } from "./frames.ts";

export interface Streams {
  /** Writes a stream until its source ends, its reader is gone or takes nothing, or the server stops. Throws busy before the first byte where there are too many. */
  write(reply: FastifyReply, events: AsyncIterable<readonly StreamFrame[]>): Promise<void>;
  /** Ends every stream with a hint to resume, and when. */
  end(): void;
}

type StreamBounds = Pick<ServerLimits, "heartbeatMs" | "stallMs" | "retryMs" | "resumeMs" | "streamsMax">;

export function createStreams(bounds: StreamBounds): Streams {
  const open = new Set<ServerResponse>();
  return {
    write: async (reply, events) => {
      if (open.size >= bounds.streamsMax)
        throw new AppError("busy", `This server serves ${bounds.streamsMax} streams at once.`, {
          retryAfterSeconds: 5,
        });
      const response = reply.hijack().raw;
      open.add(response);
      response.once("close", () => open.delete(response));
      begin(reply, bounds);
      try {
        await copy(events, response, bounds);
      } catch (error) {
        // The status is long gone; the client comes back with its cursor and hears the reason then.
        if (!response.destroyed) reply.log.error({ err: error }, "a stream broke");
      }
      response.end();
    },
    end: () => {
      const { size } = open;
      [...open].forEach((response, place) => response.end(farewell(bounds, place / size)));
    },
  };
}

/**
 * Soon, since a restart is short; and spread evenly over `retryMs`, so that many readers do not come back together.
 * No empty line follows: a strict reader takes `retry` at the end of its line, and makes an empty event of a block without `data`.
 */
function farewell({ resumeMs, retryMs }: StreamBounds, share: number): string {
  const waitMs = Math.round(resumeMs + retryMs * share);
  return `: the server is stopping; resume with Last-Event-ID\nretry: ${waitMs}\n`;
}

/** Headers and the first line leave at once, so that a client knows it is connected before anything happens. The line belongs to the block of the first frame. */
function begin(reply: FastifyReply, { retryMs }: StreamBounds): void {
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    "content-type": "text/event-stream; charset=utf-8",
    "x-accel-buffering": "no",
  });
  reply.raw.socket?.setNoDelay(true);
  reply.raw.write(`retry: ${retryMs}\n`);
}

/** One batch is one write. While the reader is slow nothing is taken from the source, so nothing piles up here. */
async function copy(
  events: AsyncIterable<readonly StreamFrame[]>,
  response: ServerResponse,
  bounds: StreamBounds,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  const leave = () => void iterator.return?.().catch(() => undefined);
  response.once("close", leave);
  let isBlocked = false;
  const heartbeat = setInterval(
    () => isBlocked || response.writableEnded || response.write(":\n"), // An empty line after it would end a block without an event.
    bounds.heartbeatMs,
  );
  // Counts as idle only while the kernel takes nothing either.
  response.setTimeout(bounds.stallMs, () => isBlocked && response.destroy());
  try {
    for (let next = await iterator.next(); !next.done && response.writable; next = await iterator.next()) {
      isBlocked = !response.write(next.value.map(sseFrame).join(""));
      if (isBlocked) await drained(response);
      isBlocked = false;
    }
  } finally {
    clearInterval(heartbeat);
    response.off("close", leave);
    leave();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}
