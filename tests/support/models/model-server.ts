import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type SseEvent, textStream, type WireName } from "./model-streams.ts";

/**
 * A provider of language models on loopback. It speaks every wire; the path of a request tells which one is meant:
 *
 *     …/chat/completions          openai-chat
 *     …/responses                 openai-responses
 *     …/messages                  anthropic-messages
 *     …:streamGenerateContent     google
 *     GET …/models                lists one model, in the form of each provider at once
 *
 * How to use it:
 *
 *     const server = await startModelServer();
 *     server.answer({ events: textStream("openai-chat", "Hello.") });    // the next request; may be called repeatedly
 *     server.answer((request) => ({ … }));                               // decided when the request is there
 *     server.always({ … });                                              // when nothing is queued; "Hello." by default
 *     server.url, server.requests[0]?.body, await server.requests[0]?.closed
 *     await server.close();
 *
 * Streams are made by `textStream`, `toolCallStream` and `recorded` of `model-streams.ts`.
 * Base URLs: `${url}/v1` for openai and openai-compatible, `url` for anthropic, `${url}/v1beta` for google.
 */
export interface ModelServer {
  url: string;
  /** Everything that was asked, in order. */
  requests: RecordedRequest[];
  answer(...answers: Answerer[]): void;
  always(answer: Answerer): void;
  close(): Promise<void>;
}

export interface RecordedRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  /** Parsed; the text itself where it is no JSON. */
  body: unknown;
  wire: WireName | undefined;
  /** Resolves to true when the client closed the connection before the answer was complete, else to false. */
  closed: Promise<boolean>;
  /** Bytes of the answer that the client has not made room for. */
  unsentBytes(): number;
}

export interface Answer {
  /** 200 when absent. */
  status?: number;
  headers?: Record<string, string>;
  /** A stream; every byte of it is sent in pieces of `pieceBytes`, or each event by itself. */
  events?: readonly SseEvent[];
  /** Instead of events: an object goes out as JSON, a text as it is. */
  body?: unknown;
  pieceBytes?: number;
  /** Before the headers. */
  delayMs?: number;
  /** After each piece. */
  pauseMs?: number;
  /** Stops after so many bytes of the body… */
  stopAfterBytes?: number;
  /** …and then: breaks the connection (the default), ends as if that were all, or says nothing more. */
  stopBy?: "cut" | "end" | "stall";
}

export type Answerer = Answer | ((request: RecordedRequest) => Answer);

export async function startModelServer(): Promise<ModelServer> {
  const queue: Answerer[] = [];
  const requests: RecordedRequest[] = [];
  let fallback: Answerer = ({ wire }) => ({ events: textStream(wire ?? "openai-chat", "Hello.") });
  const server = createServer((request, response) => {
    void record(request, response).then((recorded) => {
      requests.push(recorded);
      if (recorded.method === "GET") return send(response, { body: modelList });
      const next = queue.shift() ?? fallback;
      return send(response, typeof next === "function" ? next(recorded) : next);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (...answers) => void queue.push(...answers),
    always: (answer) => void (fallback = answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const modelList = {
  object: "list",
  data: [{ id: "test-model", object: "model", type: "model", display_name: "Test model" }],
  models: [
    { name: "models/test-model", displayName: "Test model", supportedGenerationMethods: ["generateContent"] },
  ],
};

async function record(request: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  const closed = new Promise<boolean>((resolve) => {
    response.on("close", () => resolve(!response.writableFinished));
  });
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const path = request.url ?? "";
  const { headers, method = "" } = request;
  return {
    method,
    path,
    headers,
    body: parsed(Buffer.concat(pieces).toString()),
    wire: wireOf(path),
    closed,
    unsentBytes: () => response.writableLength,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function wireOf(path: string): WireName | undefined {
  if (path.includes("/chat/completions")) return "openai-chat";
  if (path.includes("/responses")) return "openai-responses";
  if (path.includes("/messages")) return "anthropic-messages";
  return path.includes(":streamGenerateContent") ? "google" : undefined;
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.delayMs !== undefined) await sleep(answer.delayMs);
  const isStream = answer.events !== undefined;
  const type = isStream
    ? "text/event-stream"
    : typeof answer.body === "string"
      ? "text/html"
      : "application/json";
  response.writeHead(answer.status ?? 200, { "content-type": type, ...answer.headers });
  response.flushHeaders();
  let left = answer.stopAfterBytes ?? Number.POSITIVE_INFINITY;
  for (const piece of pieces(answer)) {
    if (response.destroyed) return;
    if (left > 0) response.write(piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0 && answer.stopAfterBytes !== undefined) return stop(response, answer.stopBy);
    if (answer.pauseMs !== undefined) await sleep(answer.pauseMs);
  }
  response.end();
}

function stop(response: ServerResponse, by: Answer["stopBy"]): void {
  if (by === "stall") return;
  if (by === "end") response.end();
  else setImmediate(() => response.destroy());
}

function pieces({ events, body, pieceBytes }: Answer): Buffer[] {
  const texts = events?.map(frame) ?? [typeof body === "string" ? body : JSON.stringify(body ?? {})];
  if (pieceBytes === undefined) return texts.map((text) => Buffer.from(text));
  const bytes = Buffer.from(texts.join(""));
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
}

function frame({ event, data }: SseEvent): string {
  return `${event === null ? "" : `event: ${event}\n`}data: ${data}\n\n`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
