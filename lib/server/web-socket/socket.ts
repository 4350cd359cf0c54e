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
import { requestHash } from "../requests/request-hash.ts";
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
  isStopping(): boolean;
  /** The connection below, for its flow control. */
  connection: Socket | null;
  requestId: string;
  log: FastifyBaseLogger;
}

type Request = Schemas["WebSocketRequest"];

/** Serves one accepted socket: answers every request once and in order, and follows the sessions it subscribes to. */
export function serveSocket(socket: WebSocket, options: ServeSocketOptions): void {
  const line = createSocketWriter(socket, options.connection, options.limits);
  const subscriptions = createSubscriptions({ line, ...options });
  const peer: Peer = { line, subscriptions, options };
  let last = Promise.resolve(); // Many may come in one packet.
  socket.on("message", (...frame) => void (last = last.then(() => receive(peer, ...frame))));
  socket.on("error", (error) => options.log.debug({ err: error }, "a socket broke"));
  socket.once("close", subscriptions.removeAll);
}

interface Peer {
  line: SocketWriter;
  subscriptions: SocketSubscriptions;
  options: ServeSocketOptions;
}

async function receive(peer: Peer, bytes: RawData, isBinary: boolean): Promise<void> {
  const { line, options } = peer;
  let id: string | null = null;
  try {
    const text = textOf(bytes, isBinary);
    const frame = options.parseJson(text);
    id = idOf(frame);
    refuseIllFormedJson(text, frame);
    options.validation.frame(frame, text.length);
    await answer(peer, frame as Request); // The line above has held it against the contract.
  } catch (error) {
    const problem = problemIn(options.requestId, error);
    options.observer?.onProblem(problem.code);
    if (problem.status >= 500) options.log.error({ err: error }, problem.code);
    line.send(JSON.stringify({ type: "error", id, problem } satisfies Schemas["ErrorFrame"]));
  }
}

async function answer(peer: Peer, frame: Request): Promise<void> {
  const { line, subscriptions, options } = peer;
  if (options.isStopping()) throw new AppError("busy", "The server is stopping.", { retryAfterSeconds: 1 });
  switch (frame.type) {
    case "ping":
      return line.send(JSON.stringify({ type: "pong", id: frame.id } satisfies Schemas["PongFrame"]));
    case "subscribe":
      return subscribe(peer, frame);
    case "unsubscribe":
      subscriptions.remove(frame.sessionId);
      return acknowledge(line, frame.id, { status: 200 });
    case "message.send":
      return change(peer, frame, { id: "sendMessage", params: { sessionId: frame.sessionId } });
    case "action.create":
      return change(peer, frame, { id: "createAction", params: { sessionId: frame.sessionId } });
    case "task.update":
      return change(peer, frame, { id: "updateTask", params: { taskId: frame.taskId } });
  }
}

interface Target {
  id: OperationId;
  params: object;
}

/** The same operation as over REST, under the same idempotency keys. */
async function change(peer: Peer, frame: Extract<Request, { body: unknown }>, target: Target): Promise<void> {
  const { id, body, idempotencyKey: key } = frame;
  const headers = key === undefined ? {} : { "Idempotency-Key": key };
  const call = callOf(peer, target, { headers, body });
  const outcome = await peer.options.invoke({
    ...call,
    idempotency:
      key === undefined
        ? undefined
        : {
            key,
            requestHash: () =>
              requestHash({ operationId: target.id, params: target.params, query: {}, body }),
          },
  });
  acknowledge(peer.line, id, outcome);
}

async function subscribe(peer: Peer, frame: Extract<Request, { type: "subscribe" }>): Promise<void> {
  const { id, sessionId, after } = frame;
  const target: Target = { id: "streamSessionEvents", params: { sessionId } };
  const query = after === undefined ? {} : { after };
  await peer.subscriptions.add(sessionId, {
    open: async (signal) => {
      const call = callOf(peer, target, { query, signal });
      const { events } = await peer.options.invoke(call);
      if (!events) throw new Error("streamSessionEvents gave no stream.");
      return events;
    },
    isOpen: () => acknowledge(peer.line, id, { status: 200 }),
  });
}

function callOf({ options }: Peer, { id, params }: Target, input: Partial<CallInput>): OperationCall {
  const operation = options.operations.get(id);
  if (!operation) throw new Error(`The contract has no operation ${id}.`);
  const signal = new AbortController().signal; // None of these waits for the world.
  const empty = { query: {}, headers: {}, body: undefined, signal };
  return { operation, input: { params, ...empty, ...input } };
}

function acknowledge(line: SocketWriter, id: string, { status, body }: CallResult): void {
  line.send(wellFormedJson({ type: "ack", id, status, body: body ?? null } satisfies Schemas["AckFrame"]));
}
