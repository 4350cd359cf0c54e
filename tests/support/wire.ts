import { request as httpRequest } from "node:http";
import type { OutgoingHttpHeaders } from "node:http";
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
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          bytes: Buffer.concat(chunks),
        }),
      );
    });
    request.setTimeout(limitMs, () => request.destroy(new Error(`${method} ${url} gave no answer.`)));
    request.on("error", reject);
    request.end(body);
  });
}
