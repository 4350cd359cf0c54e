import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import { AppError } from "../../errors.ts";
import type { StreamFrame } from "../../event.ts";
import type { ServerLimits } from "../http/server-limits.ts";
import { sseFrame } from "./frames.ts";

export interface Streams {
  /** Writes a stream until its source ends, its reader disconnects or takes nothing, or the server stops. Throws busy when there are too many. */
  write(reply: FastifyReply, events: AsyncIterable<readonly StreamFrame[]>): Promise<void>;
  /** Ends every stream with a hint when to reconnect. */
  end(): void;
}

type StreamLimits = Pick<ServerLimits, "heartbeatMs" | "stallMs" | "retryMs" | "resumeMs" | "streamsMax">;

export function createStreams(limits: StreamLimits): Streams {
  const context: StreamsContext = { limits, open: new Set() };
  return {
    write: (reply, events) => writeStream(context, reply, events),
    end: () => endStreams(context),
  };
}

interface StreamsContext {
  limits: StreamLimits;
  open: Set<ServerResponse>;
}

async function writeStream(
  { limits, open }: StreamsContext,
  reply: FastifyReply,
  events: AsyncIterable<readonly StreamFrame[]>,
): Promise<void> {
  if (open.size >= limits.streamsMax)
    throw new AppError(
      "busy",
      `This server serves at most ${limits.streamsMax} streams at once. Close one, or try again later.`,
      { retryAfterSeconds: 5 },
    );
  const response = reply.hijack().raw;
  open.add(response);
  response.once("close", () => open.delete(response));
  begin(reply, limits);
  try {
    await copy(events, response, limits);
  } catch (error) {
    // The status was sent long ago. The client reconnects with its cursor and gets the reason then.
    if (!response.destroyed) reply.log.error({ err: error }, "a stream broke");
  }
  response.end();
}

function endStreams({ limits, open }: StreamsContext): void {
  const { size } = open;
  [...open].forEach((response, index) => response.end(resumeHint(limits, index / size)));
}

/**
 * Tells a reader when to reconnect: soon, because a restart is short, and spread over `retryMs`, so that not all readers
 * come back at once. No empty line follows: strict readers apply `retry` at the end of its line, and would make an empty
 * event of a block without `data`.
 */
function resumeHint({ resumeMs, retryMs }: StreamLimits, share: number): string {
  const waitMs = Math.round(resumeMs + retryMs * share);
  return `: the server is stopping; resume with Last-Event-ID\nretry: ${waitMs}\n`;
}

/** Sends headers and a first line at once, so that the client knows that it is connected. The line is part of the block of the first frame. */
function begin(reply: FastifyReply, { retryMs }: StreamLimits): void {
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    "content-type": "text/event-stream; charset=utf-8",
    "x-accel-buffering": "no",
  });
  reply.raw.socket?.setNoDelay(true);
  reply.raw.write(`retry: ${retryMs}\n`);
}

/** Writes one batch at a time. While the reader is slow, nothing is taken from the source, so memory stays bounded. */
async function copy(
  events: AsyncIterable<readonly StreamFrame[]>,
  response: ServerResponse,
  limits: StreamLimits,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  const leave = () => void iterator.return?.().catch(() => undefined);
  response.once("close", leave);
  let isBlocked = false;
  const heartbeat = setInterval(
    () => isBlocked || response.writableEnded || response.write(":\n"), // An empty line would end a block without an event.
    limits.heartbeatMs,
  );
  // The time-out starts anew whenever the kernel takes some bytes.
  response.setTimeout(limits.stallMs, () => isBlocked && response.destroy());
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
