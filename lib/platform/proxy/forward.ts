import { type IncomingMessage, request as sendRequest, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { HostTarget } from "../../ports/network.ts";
import { Refusal } from "./refusal.ts";

export interface ForwardedRequest {
  request: IncomingMessage;
  response: ServerResponse;
  target: HostTarget;
  path: string;
  upstream: Duplex;
  idleMs: number;
}

/** Sends a request on over its own connection and streams the answer back. Throws a Refusal when there is no answer. */
export async function forwardRequest(forwarded: ForwardedRequest): Promise<void> {
  const { request, response, upstream, idleMs } = forwarded;
  const idle = setTimeout(() => upstream.destroy(new Error("ETIMEDOUT")), idleMs);
  upstream.on("data", () => idle.refresh());
  request.on("data", () => idle.refresh());
  response.once("close", () => upstream.destroy());
  try {
    const answer = await exchange(forwarded);
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders));
    await pipeline(answer, response);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    throw new Refusal(502, `${forwarded.target.host} gave no valid answer (${(error as Error).message}).`);
  } finally {
    clearTimeout(idle);
    upstream.destroy();
  }
}

/** Resolves with the head of the answer. The body of the request goes on meanwhile. */
function exchange({ request, target, path, upstream }: ForwardedRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = sendRequest({
      createConnection: () => upstream,
      method: request.method,
      path,
      headers: headersFor(request, target),
      setHost: false,
    });
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
    pipeline(request, outgoing).catch(reject);
  });
}

function headersFor(request: IncomingMessage, { host, port }: HostTarget): string[] {
  const isChunked = request.headers["transfer-encoding"] !== undefined;
  return [
    ...["host", port === 80 ? host : `${host}:${port}`],
    ...endToEnd(request.rawHeaders),
    ...["connection", "close"],
    ...(isChunked ? ["transfer-encoding", "chunked"] : []),
  ];
}

/** Headers that are for the next hop only. The host is that of the URL, whatever the header says. */
const hopByHop = new Set([
  ...["connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate"],
  ...["te", "trailer", "transfer-encoding", "upgrade", "expect", "host"],
]);

/** The headers without those for the next hop, which `Connection` may name too; name and value in turn. */
function endToEnd(raw: readonly string[]): string[] {
  const pairs = raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : [],
  );
  const named = pairs.flatMap(([name, value]) =>
    name.toLowerCase() === "connection" ? value.split(",").map((token) => token.trim().toLowerCase()) : [],
  );
  const dropped = new Set([...hopByHop, ...named]);
  return pairs.flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]));
}
