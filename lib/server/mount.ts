import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";
import { writeAnswer } from "./requests/answer.ts";
import { readBody, type ReadBody, type BodyOptions } from "./requests/body.ts";
import type { ContractOperation } from "./contract/contract.ts";
import type { OperationCall } from "./requests/operation-call.ts";
import type { Invoke } from "./requests/invoke.ts";
import { requireNoProcess } from "./requests/needs-process.ts";
import { requestHash } from "./requests/idempotency.ts";
import type { Streams } from "./streams/sse.ts";
import type { Validation } from "./contract/validation.ts";
import type { Sockets } from "./web-socket/web-socket.ts";
import { refuseIllFormedQuery } from "../well-formed.ts";

export interface MountOptions {
  operations: readonly ContractOperation[];
  validation: Validation;
  invoke: Invoke;
  streams: Streams;
  sockets: Sockets;
  body: BodyOptions;
  /** False in a function, which does nothing between two requests. */
  isAlwaysOn: boolean;
}

/** Adds one route for each operation. For any other path or method the answer is not-found or method-not-allowed. */
export function mount(app: FastifyInstance, options: MountOptions): void {
  for (const operation of options.operations) {
    const serve = operation.upgrades ? upgrade : answer;
    app.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{(\w+)\}/g, ":$1"),
      config: { operationId: operation.id },
      handler: (request, reply) => serve({ operation, request, reply }, options),
    });
  }
  // A hook, because before a handler Fastify would check the content type and refuse QUERY without one.
  app.addHook("onRequest", (request, reply, done) => {
    if (request.is404) refuseUnknownRoute(request, reply, options.operations);
    done();
  });
}

interface Exchange {
  operation: ContractOperation;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Validates the request, runs the operation and writes the answer. */
async function answer(exchange: Exchange, options: MountOptions): Promise<void> {
  const { operation, request, reply } = exchange;
  const { signal, release } = abortOnClose(reply.raw);
  try {
    const call = await readCall(exchange, options, signal);
    if (!options.isAlwaysOn) requireNoProcess(call);
    const outcome = await options.invoke(call);
    await writeAnswer(reply, outcome, { operation, streams: options.streams });
  } catch (error) {
    if (!signal.aborted || error instanceof AppError) throw error;
    request.log.debug({ err: error }, "the caller disconnected");
    reply.hijack().raw.destroy();
  } finally {
    release();
  }
}

async function readCall(
  { operation, request }: Exchange,
  options: MountOptions,
  signal: AbortSignal,
): Promise<OperationCall> {
  const { path, query, header } = readParameters({ operation, request }, options);
  const body = await readBody(request.raw, operation, options.body);
  if (body.isJson) options.validation.body(operation, body.value, body.bytes);
  return {
    operation,
    input: { params: path, query, headers: header, body: body.value, signal },
    idempotency: idempotencyOf({ operation, path, query, header, body }),
  };
}

function readParameters(
  { operation, request }: Pick<Exchange, "operation" | "request">,
  { validation }: MountOptions,
) {
  const { params, query, headers } = request;
  refuseIllFormedQuery(request.raw.url);
  return validation.parameters(operation, { path: params, query, header: headers });
}

type ReadRequest = Record<"path" | "query" | "header", object> & {
  operation: ContractOperation;
  body: ReadBody;
};

function idempotencyOf({ operation, path, query, header, body }: ReadRequest): OperationCall["idempotency"] {
  const key = (header as Record<string, unknown>)["Idempotency-Key"];
  if (typeof key !== "string") return undefined;
  return {
    key,
    requestHash: () => requestHash({ operationId: operation.id, params: path, query, body: body.mark() }),
  };
}

async function upgrade({ operation, request, reply }: Exchange, options: MountOptions): Promise<void> {
  readParameters({ operation, request }, options);
  if (!options.isAlwaysOn) requireNoProcess({ operation });
  await options.sockets.accept(operation, request, reply);
}

/** A signal that is aborted when the connection closes. */
function abortOnClose(response: ServerResponse): { signal: AbortSignal; release(): void } {
  const closed = new AbortController();
  const abort = () => closed.abort();
  response.once("close", abort);
  return { signal: closed.signal, release: () => response.off("close", abort) };
}

function refuseUnknownRoute(
  request: FastifyRequest,
  reply: FastifyReply,
  operations: readonly ContractOperation[],
): never {
  const path = request.url.split("?", 1)[0] ?? "";
  const allowed = operations
    .filter((operation) => patternOf(operation).test(path))
    .map(({ method }) => method);
  if (allowed.length === 0)
    throw new AppError("not-found", "The contract has no such path. GET /v1/openapi.json lists all.");
  const methods = allowed.includes("GET") ? ["HEAD", ...allowed] : allowed;
  void reply.header("allow", methods.toSorted().join(", "));
  throw new AppError(
    "method-not-allowed",
    `This path takes ${methods.toSorted().join(", ")}; it was called with ${request.method}.`,
  );
}

function patternOf({ path }: ContractOperation): RegExp {
  return new RegExp(`^${path.replaceAll(".", "[.]").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}
