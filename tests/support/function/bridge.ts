import { createServer, request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Duplex } from "node:stream";
import type { StreamingHandler } from "../../../deploy/lambda/create-function.ts";
import { judge, verdictHeader } from "./judge.ts";
import { eventOf } from "./event.ts";
import { invoke, type Invoked } from "./runtime.ts";

export interface Bridge {
  url: string;
  close(): Promise<void>;
}

/**
 * An address behind which a function answers. What it refuses with always-on-only is held to the contract, and then
 * sent on to the always-on server, as a client would do that was told so.
 */
export async function openBridge(handler: StreamingHandler, alwaysOn: URL): Promise<Bridge> {
  const bridge = createServer({ requireHostHeader: false }, (request, response) => {
    serve(request, response, { handler, alwaysOn }).catch((error: unknown) => breakOff(response, error));
  });
  bridge.on("upgrade", (request, socket, head) => {
    upgrade(request, { socket, head }, { handler, alwaysOn }).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => bridge.listen(0, "127.0.0.1", resolve));
  const { port } = bridge.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      bridge.close(() => resolve());
      bridge.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

interface Ends {
  handler: StreamingHandler;
  alwaysOn: URL;
}

async function serve(request: IncomingMessage, response: ServerResponse, { handler, alwaysOn }: Ends) {
  const body = await buffer(request);
  const invoked = await invoke(handler, eventOf(request, body));
  const { isRefused, read } = await judge(request, invoked);
  if (isRefused) return sendOn(request, response, { body, alwaysOn });
  response.writeHead(invoked.meta.statusCode, { ...invoked.meta.headers, ...verdictHeader("answered") });
  await pipeline(read, response);
}

function sendOn(
  { method, url, rawHeaders }: IncomingMessage,
  response: ServerResponse,
  { body, alwaysOn }: { body: Buffer; alwaysOn: URL },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = alwaysOn;
    const sent = ask({ hostname, port, method, path: url, headers: rawHeaders, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, { ...answer.headers, ...verdictHeader("refused") });
      response.flushHeaders();
      pipeline(answer, response).then(resolve, reject);
    });
    response.once("close", () => sent.destroy());
    sent.once("error", reject).end(body);
  });
}

async function upgrade(
  request: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
  { handler, alwaysOn }: Ends,
): Promise<void> {
  const invoked = await invoke(handler, eventOf(request, Buffer.alloc(0)));
  const { isRefused, read } = await judge(request, invoked);
  if (!isRefused) return void socket.end(Buffer.concat([headOf(invoked), await buffer(read)]));
  const other = connect(Number(alwaysOn.port), alwaysOn.hostname);
  const lines = request.rawHeaders.flatMap((name, place, all) =>
    place % 2 === 0 ? [`${name}: ${all[place + 1]}`] : [],
  );
  other.write([`${request.method} ${request.url} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  other.write(head);
  await Promise.allSettled([pipeline(socket, other), pipeline(other, socket)]);
}

function headOf({ meta }: Invoked): Buffer {
  const lines = Object.entries({ ...meta.headers, connection: "close" }).map((header) => header.join(": "));
  return Buffer.from([`HTTP/1.1 ${meta.statusCode} Answer`, ...lines, "", ""].join("\r\n"));
}

/** Told to the test, in a way that no contract documents. */
function breakOff(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.writeHead(599, { "content-type": "text/plain" }).end(String(error));
}
