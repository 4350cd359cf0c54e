import { request as httpRequest } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Answered } from "./contract.ts";
import { limitMs } from "./time/limit.ts";

export interface WireRequest {
  method: string;
  url: string;
  headers: OutgoingHttpHeaders;
  body?: Uint8Array | string | undefined;
}

/** One request with exactly these headers (fetch would refuse or add some), and its whole answer. */
export function sendOnWire({ method, url, headers, body }: WireRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      readAnswer(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(headers), bytes }),
        reject,
      );
    });
    request.setTimeout(limitMs, () => request.destroy(new Error(`${method} ${url} gave no answer.`)));
    request.on("error", reject);
    request.end(body);
  });
}

/** The whole body of an answer. A stream of events has no end: of one, what stands before the end of its first event, and then the connection is cut. */
async function readAnswer(response: IncomingMessage): Promise<Buffer> {
  const isStream = response.headers["content-type"]?.startsWith("text/event-stream") ?? false;
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (isStream && Buffer.concat(chunks).includes("\n\n")) break; // Leaving the loop destroys the response.
  }
  return Buffer.concat(chunks);
}
