import type { Socket } from "node:net";
import type { FastifyBaseLogger } from "fastify";
import type { RawData, WebSocket } from "ws";
import type { Schemas } from "../../packages/shared/src/index.ts";
import { AppError } from "../errors.ts";
import type { OperationId } from "../handler.ts";
import type { Bounds } from "./bounds.ts";
import type { Operation } from "./contract.ts";
import { socketFrame } from "./frames.ts";
import type { Call, Invoke, Outcome } from "./invoke.ts";
import { createLine, type Line } from "./line.ts";
import { problemIn } from "./problem.ts";
import { requestHash } from "./request-hash.ts";
import type { Validation } from "./validation.ts";

export interface SocketOptions {
  operations: ReadonlyMap<OperationId, Operation>;
  validation: Validation;
  invoke: Invoke;
  bounds: Bounds;
  isStopping(): boolean;
  /** The connection below, for its flow control. */
  connection: Socket | null;
  requestId: string;
  log: FastifyBaseLogger;
}

type Request = Schemas["WebSocketRequest"];

/** Serves one accepted socket: answers every request once, and follows the sessions it subscribes to. */
export function serveSocket(socket: WebSocket, options: SocketOptions): void {
  const line = createLine(socket, options.connection, options.bounds);
  const following = new Map<string, AbortController>();
  const peer: Peer = { line, following, options };
  socket.on("message", (bytes, isBinary) => void receive(peer, bytes, isBinary));
  socket.on("error", (error) => options.log.debug({ err: error }, "a socket broke"));
  socket.once("close", () => following.forEach((subscription) => subscription.abort()));
}

interface Peer {
  line: Line;
  /** By session. */
  following: Map<string, AbortController>;
  options: SocketOptions;
}

async function receive(peer: Peer, bytes: RawData, isBinary: boolean): Promise<void> {
  const { line, options } = peer;
  let id: string | null = null;
  try {
    const frame = parse(bytes, isBinary);
    id = idOf(frame);
    options.validation.frame(frame, sizeOf(bytes));
    await answer(peer, frame as Request); // The line above has held it against the contract.
  } catch (error) {
    const problem = problemIn(options.requestId, error);
    if (problem.status >= 500) options.log.error({ err: error }, problem.code);
    line.send(JSON.stringify({ type: "error", id, problem } satisfies Schemas["ErrorFrame"]));
  }
}

async function answer(peer: Peer, frame: Request): Promise<void> {
  const { line, options } = peer;
  if (options.isStopping()) throw new AppError("busy", "The server is stopping.", { retryAfterSeconds: 1 });
  switch (frame.type) {
    case "ping":
      return line.send(JSON.stringify({ type: "pong", id: frame.id } satisfies Schemas["PongFrame"]));
    case "subscribe":
      return subscribe(peer, frame);
    case "unsubscribe":
      peer.following.get(frame.sessionId)?.abort();
      peer.following.delete(frame.sessionId);
      return acknowledge(peer, frame.id, { status: 200 });
    case "message.send":
      return change(peer, frame, { id: "sendMessage", params: { sessionId: frame.sessionId } });
    case "action.create":
      return change(peer, frame, { id: "createAction", params: { sessionId: frame.sessionId } });
    case "task.update":
      return change(peer, frame, { id: "updateTask", params: { taskId: frame.taskId } });
  }
}

type ChangeRequest = Extract<Request, { body: unknown }>;

/** The same operation as over REST, under the same idempotency keys. */
async function change(
  peer: Peer,
  { id, body, idempotencyKey: key }: ChangeRequest,
  target: { id: OperationId; params: object },
): Promise<void> {
  const hash = () => requestHash({ operationId: target.id, params: target.params, query: {}, body });
  const outcome = await peer.options.invoke({
    ...callOf(peer, target),
    input: {
      ...callOf(peer, target).input,
      headers: key === undefined ? {} : { "Idempotency-Key": key },
      body,
    },
    idempotency: key === undefined ? undefined : { key, requestHash: hash() },
  });
  acknowledge(peer, id, outcome);
}

/** Subscribing again starts again from the new cursor. */
async function subscribe(
  peer: Peer,
  { id, sessionId, after }: Extract<Request, { type: "subscribe" }>,
): Promise<void> {
  const { following, line, options } = peer;
  if (!following.has(sessionId) && following.size >= options.bounds.subscriptionsMax)
    throw new AppError(
      "invalid-request",
      `Expected at most ${options.bounds.subscriptionsMax} subscriptions on one socket.`,
    );
  const subscription = new AbortController();
  const call = callOf(peer, { id: "streamSessionEvents", params: { sessionId } });
  const query = after === undefined ? {} : { after };
  const { events } = await options.invoke({
    ...call,
    input: { ...call.input, query, accepts: "text/event-stream", signal: subscription.signal },
  });
  if (!events) throw new Error("streamSessionEvents gave no stream.");
  following.get(sessionId)?.abort();
  following.set(sessionId, subscription);
  acknowledge(peer, id, { status: 200 });
  void follow({ line, events, signal: subscription.signal }).catch((error: unknown) => {
    // Without its subscription the client would wait for ever; a closed socket makes it come back with its cursors.
    options.log.error({ err: error }, "a subscription broke");
    line.cut(1011, "a subscription broke; subscribe again with your cursors");
  });
}

interface Following {
  line: Line;
  events: NonNullable<Outcome["events"]>;
  signal: AbortSignal;
}

/** Takes from the source only what the peer can take. */
async function follow({ line, events, signal }: Following): Promise<void> {
  for await (const batch of events) {
    if (signal.aborted) return;
    for (const frame of batch) line.send(socketFrame(frame));
    await line.drained();
    if (signal.aborted) return;
  }
}

function callOf({ options }: Peer, { id, params }: { id: OperationId; params: object }): Call {
  const operation = options.operations.get(id);
  if (!operation) throw new Error(`The contract has no operation ${id}.`);
  const signal = new AbortController().signal;
  return {
    operation,
    input: { params, query: {}, headers: {}, body: undefined, accepts: "application/json", signal },
  };
}

function acknowledge({ line }: Peer, id: string, { status, body }: Pick<Outcome, "status" | "body">): void {
  line.send(JSON.stringify({ type: "ack", id, status, body: body ?? null } satisfies Schemas["AckFrame"]));
}

function parse(bytes: RawData, isBinary: boolean): unknown {
  if (isBinary) throw new AppError("invalid-request", "Expected a text frame, came a binary one.");
  try {
    return JSON.parse(textOf(bytes));
  } catch (cause) {
    throw new AppError("invalid-request", "The frame is not valid JSON.", { cause });
  }
}

function idOf(frame: unknown): string | null {
  const { id } = (frame ?? {}) as { id?: unknown };
  return typeof id === "string" && id.length >= 1 && id.length <= 64 ? id : null;
}

function sizeOf(bytes: RawData): number {
  return Array.isArray(bytes) ? bytes.reduce((sum, part) => sum + part.length, 0) : bytes.byteLength;
}

/** ws has checked that it is UTF-8. */
function textOf(bytes: RawData): string {
  if (Array.isArray(bytes)) return Buffer.concat(bytes).toString("utf8");
  return Buffer.from(bytes as Uint8Array).toString("utf8");
}
