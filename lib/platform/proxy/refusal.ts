import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

export type RefusalStatus = 400 | 403 | 407 | 431 | 502 | 503;

/** Why the proxy does not serve a request. The message is its body. */
export class Refusal extends Error {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, message: string) {
    super(message);
    this.status = status;
  }
}

export const refusalHeaders = {
  "content-type": "text/plain; charset=utf-8",
  "proxy-authenticate": "Basic",
  connection: "close",
} as const;

/** A client that goes on sending is cut after this time, so that it has had the answer. */
const lingerMs = 1000;

/** Answers on a socket that no HTTP server serves any more, and ends it. */
export function refuseSocket(socket: Duplex, { status, message }: Refusal): void {
  if (!socket.writable) return void socket.destroy();
  const body = `${message}\n`;
  const headers = { ...refusalHeaders, "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"));
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once("close", () => clearTimeout(timer));
}
