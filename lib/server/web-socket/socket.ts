import type { Socket } from "node:net";
import type { FastifyBaseLogger } from "fastify";
import type { RawData, WebSocket } from "ws";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import { AppError } from "../../errors.ts";
import type { OperationId } from "../../ports/handler.ts";
import type { ServerLimits } from "../http/server-limits.ts";
import type { ContractOperation } from "../contract/contract.ts";
import type { RequestObserver } from "../http/app.ts";
import type { CallInput, CallResult, OperationCall } from "../requests/operation-call.ts";
import type { Invoke } from "../requests/invoke.ts";
import type { ParseJson } from "../http/json.ts";
import { createSocketWriter, type SocketWriter } from "./socket-writer.ts";
import { problemIn } from "../http/problem.ts";
import { requestHash } from "../requests/idempotency.ts";
import { createSubscriptions, type SocketSubscriptions } from "./subscriptions.ts";
import type { Validation } from "../contract/validation.ts";
import { wellFormedJson, refuseIllFormedJson } from "../../well-formed.ts";
import { idOf, textOf } from "./received-frame.ts";

export interface ServeSocketOptions {
  operations: ReadonlyMap<OperationId, ContractOperation>;
  validation: Validation;
  invoke: Invoke;
  observer?: RequestObserver | undefined;
  parseJson: ParseJson;
  limits: ServerLimits;
  mask?: ((text: string) => string) | undefined;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  /** The TCP connection of the socket, for flow control. */
  connection: Socket | null;
  requestId: string;
  log: FastifyBaseLogger;
}

type Request = Schemas["WebSocketRequest"];

/** Serves one accepted socket: answers its requests in order, and sends the events of the sessions it subscribes to. */
export function serveSocket(socket: WebSocket, options: ServeSocketOptions): void {
  const writer = createSocketWriter(socket, options.connection, options.limits);
  const subscriptions = createSubscriptions({ writer, ...options });
  const context: SocketContext = { writer, subscriptions, options };
  let last = Promise.resolve(); // Several frames may arrive together; they are answered one after the other.
  socket.on("message", (...frame) => void (last = last.then(() => receive(context, ...frame))));
  socket.on("error", (error) => options.log.debug({ err: error }, "a socket broke"));
  socket.once("close", subscriptions.removeAll);
}

interface SocketContext {
  writer: SocketWriter;
  subscriptions: SocketSubscriptions;
  options: ServeSocketOptions;
}

async function receive(context: SocketContext, bytes: RawData, isBinary: boolean): Promise<void> {
  const { writer, options } = context;
  let id: string | null = null;
  try {
    const text = textOf(bytes, isBinary);
    const frame = options.parseJson(text);
    id = idOf(frame);
    refuseIllFormedJson(text, frame);
    options.validation.frame(frame, text.length);
    await answer(context, frame as Request); // `validation.frame` has checked this type.
  } catch (error) {
    const problem = problemIn(options.requestId, error);
    options.observer?.onProblem(problem.code);
    if (problem.status >= 500) options.log.error({ err: error }, problem.code);
    const frame = JSON.stringify({ type: "error", id, problem } satisfies Schemas["ErrorFrame"]);
    writer.send(options.mask?.(frame) ?? frame);
  }
}

async function answer(context: SocketContext, frame: Request): Promise<void> {
  const { writer, subscriptions, options } = context;
  if (options.stopping.aborted)
    throw new AppError("busy", "The server is stopping. Connect again in a moment.", {
      retryAfterSeconds: 1,
    });
  switch (frame.type) {
    case "ping":
      return writer.send(JSON.stringify({ type: "pong", id: frame.id } satisfies Schemas["PongFrame"]));
    case "subscribe":
      return subscribe(context, frame);
    case "unsubscribe":
      subscriptions.remove(frame.sessionId);
      return acknowledge(writer, frame.id, { status: 200 });
    case "message.send":
      return change(context, frame, { id: "sendMessage", params: { sessionId: frame.sessionId } });
    case "action.create":
      return change(context, frame, { id: "createAction", params: { sessionId: frame.sessionId } });
    case "task.update":
      return change(context, frame, { id: "updateTask", params: { taskId: frame.taskId } });
  }
}

interface OperationTarget {
  id: OperationId;
  params: object;
}

/** Runs the same operation as over HTTP. Idempotency keys are shared with HTTP. */
async function change(
  context: SocketContext,
  frame: Extract<Request, { body: unknown }>,
  target: OperationTarget,
): Promise<void> {
  const { id, body, idempotencyKey: key } = frame;
  const headers = key === undefined ? {} : { "Idempotency-Key": key };
  const call = callOf(context, target, { headers, body });
  const hashed = { operationId: target.id, params: target.params, query: {}, body };
  const idempotency = key === undefined ? undefined : { key, requestHash: () => requestHash(hashed) };
  const outcome = await context.options.invoke({ ...call, idempotency });
  acknowledge(context.writer, id, outcome);
}

async function subscribe(
  context: SocketContext,
  frame: Extract<Request, { type: "subscribe" }>,
): Promise<void> {
  const { id, sessionId, after } = frame;
  const target: OperationTarget = { id: "streamSessionEvents", params: { sessionId } };
  const query = after === undefined ? {} : { after };
  await context.subscriptions.add(sessionId, {
    open: async (signal) => {
      const call = callOf(context, target, { query, signal });
      const { events } = await context.options.invoke(call);
      if (!events) throw new Error("streamSessionEvents returned no stream.");
      return events;
    },
    isOpen: () => acknowledge(context.writer, id, { status: 200 }),
  });
}

function callOf(
  { options }: SocketContext,
  { id, params }: OperationTarget,
  input: Partial<CallInput>,
): OperationCall {
  const operation = options.operations.get(id);
  if (!operation) throw new Error(`The contract has no operation ${id}.`);
  const { signal } = new AbortController(); // None of these operations waits.
  const empty = { query: {}, headers: {}, body: undefined, signal };
  return { operation, input: { params, ...empty, ...input } };
}

function acknowledge(writer: SocketWriter, id: string, { status, body }: CallResult): void {
  writer.send(wellFormedJson({ type: "ack", id, status, body: body ?? null } satisfies Schemas["AckFrame"]));
}
