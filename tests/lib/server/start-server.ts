import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import contract from "../../../packages/shared/src/contract.gen.json" with { type: "json" };
import { type Clock, systemClock } from "../../../lib/ports/clock.ts";
import type { Event, StreamFrame } from "../../../lib/event.ts";
import type { Handlers } from "../../../lib/ports/handler.ts";
import type { Services } from "../../../lib/ports/services.ts";
import { createServer, type ServerOptions } from "../../../lib/server/index.ts";
import { openStorage } from "../../../lib/storage/index.ts";
import { routes, type Schemas } from "../../../packages/shared/src/index.ts";
import { until as untilSo } from "../../support/until.ts";

export const key = "a-key-for-tests-only-0123456789";
export const sessionId = `ses_${"0".repeat(26)}`;
export const taskId = `tsk_${"0".repeat(26)}`;
export const workspaceId = `wsp_${"0".repeat(26)}`;
export const fileId = `fil_${"0".repeat(26)}`;

/** Handlers of a test: some operations of the real contract answer what the test says, the others fail. */
export type TestHandlers = { [O in keyof Handlers]?: (...parameters: Parameters<Handlers[O]>) => unknown };

export interface StartOptions extends Partial<Pick<ServerOptions, "limits" | "logTo">> {
  handlers?: TestHandlers;
  config?: Partial<ServerOptions["config"]>;
  dataDir?: string;
  clock?: Clock;
}

/** A real server on loopback, with real storage, that ends with the test. */
export async function start({
  handlers = {},
  config,
  dataDir = folder(),
  clock = systemClock,
  ...rest
}: StartOptions = {}) {
  const storage = openStorage({ dataDir, clock: systemClock, fileBytesMax: 1_000_000 });
  const all = Object.keys(routes).map((id) => [
    id,
    () => {
      throw new Error(`nobody asked for ${id}`);
    },
  ]);
  const server = createServer({
    contract,
    handlers: { ...Object.fromEntries(all), openWebSocket: () => ({ status: 101 }), ...handlers } as Handlers,
    services: {} as Services, // The handlers of a test know what they answer.
    storage,
    isKey: (candidate) => candidate === key,
    clock,
    config: {
      bodyBytesMax: 100_000,
      fileBytesMax: 1_000_000,
      allowedHosts: [],
      allowedOrigins: [],
      proxyAddressHeader: undefined,
      failedKeysMax: 1000,
      logLevel: rest.logTo ? "debug" : "silent",
      gracePeriodMs: 500,
      ...config,
    },
    ...rest,
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await server.close();
    storage.close();
  };
  onTestFinished(close);
  return { url, server, storage, close, port: Number(new URL(url).port) };
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "talkcody-server-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
  /** The body as JSON; an empty object when it is none. */
  json: Record<string, unknown>;
}

type CallOptions = Omit<RequestOptions, "headers"> & {
  headers?: Record<string, string | string[]> | string[];
  body?: string | Buffer;
};

/** One request with the key, unless `headers` is a raw list. */
export function call(url: string, { body, headers = {}, ...options }: CallOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const all = Array.isArray(headers) ? headers : { "x-api-key": key, ...type, ...headers };
    const request = httpRequest(url, { agent: false, ...options, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return call(url, { method: "POST", body: JSON.stringify(body), headers });
}

/** Whatever the bytes are, and all that comes back until the connection ends. */
export function raw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.on("error", (error) => (text ? resolve(text) : reject(error)));
    socket.on("close", () => resolve(text));
  });
}

/** A reader of an event stream. */
export interface Reader {
  response: IncomingMessage;
  text(): string;
  ended: Promise<void>;
  leave(): void;
}

export function openStream(url: string, headers: Record<string, string> = {}): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${url}/v1/sessions/${sessionId}/events`, {
      agent: false,
      headers: { "x-api-key": key, ...headers },
    });
    sent.on("error", reject).on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      const ended = new Promise<void>((done) => response.once("close", done).on("error", () => undefined));
      resolve({ response, text: () => text, ended, leave: () => sent.destroy() });
    });
    onTestFinished(() => void sent.destroy());
    sent.end();
  });
}

export function codeOf(answer: Answer): unknown {
  return answer.json["code"];
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export function event(sequence: number, text = "a"): Event {
  return {
    id: `evt_0001_${String(sequence).padStart(10, "0")}`,
    sessionId,
    taskId,
    type: "token",
    createdAt: "2026-11-22T12:00:00.000Z",
    data: { messageId: `msg_${"0".repeat(26)}`, text },
  };
}

export function gap(): Schemas["GapFrame"] {
  return { type: "gap", sessionId, data: { reason: "pruned", firstId: null } };
}

/** A stream of given batches that then stays open until its reader leaves. */
export async function* stream(
  batches: readonly (readonly StreamFrame[])[],
  signal: AbortSignal,
): AsyncGenerator<readonly StreamFrame[]> {
  yield* batches;
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

export async function until(isSo: () => boolean): Promise<void> {
  await untilSo("it comes about", isSo);
}

/** A handler that tells when it is asked, and answers once it is released. */
export function heldHandler() {
  const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    asked: asked.promise,
    release: released.resolve,
    answer: async () => {
      asked.resolve();
      await released.promise;
      return { status: 200, body: { done: true } };
    },
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
