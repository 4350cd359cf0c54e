import { request } from "node:http";
import type { ClientRequest } from "node:http";
import { now, within } from "../monotonic.ts";

export interface Frame {
  id: string | undefined;
  /** The `event:` field, where the server sends one. */
  type: string | undefined;
  data: string;
  /** Time of arrival on the monotonic clock. */
  at: number;
}

interface Source {
  url: string;
  headers?: Record<string, string>;
  onFrame(frame: Frame): void;
}

/** Reads Server-Sent Events with little processor time, so that the client does not slow the server down. Resolves when the stream is open. */
export async function openEvents({ url, headers, onFrame }: Source): Promise<{ close(): void }> {
  const opened = Promise.withResolvers<void>();
  const options = { headers: { accept: "text/event-stream", ...headers }, agent: false } as const;
  const sent: ClientRequest = request(url, options, (response) => {
    if (response.statusCode !== 200)
      return opened.reject(new Error(`${url} answered ${response.statusCode}`));
    opened.resolve();
    let rest = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      const at = now();
      const blocks = (rest + chunk).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) emit(block, at, onFrame);
    });
    response.on("error", () => {}); // The benchmark cuts connections on purpose.
  });
  sent.on("error", opened.reject);
  sent.setNoDelay(true);
  sent.end();
  await within(10_000, opened.promise, `Opening ${url}`);
  return { close: () => sent.destroy() };
}

function emit(block: string, at: number, onFrame: (frame: Frame) => void): void {
  const lines = block.split("\n");
  const field = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trimStart();
  const data = field("data");
  if (data !== undefined) onFrame({ id: field("id"), type: field("event"), data, at });
}
