import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RequestTracer } from "../../ports/tracer.ts";

/** Traces every request. Returns a function that records the problem of a request; call it before the problem is sent. */
export function traceRequests(
  app: FastifyInstance,
  tracer: RequestTracer,
): (request: FastifyRequest, problem: string) => void {
  const problems = new WeakMap<FastifyRequest, string>();
  app.addHook("onRequest", (request, reply, done) => {
    const endSpan = tracer.request(request);
    onHead(reply.raw, (status) => endSpan({ ...subjectOf(request), status, problem: problems.get(request) }));
    done();
  });
  return (request, problem) => void problems.set(request, problem);
}

/** Calls back once: with the status when the head of the answer is written, or with undefined when the connection closes before. */
function onHead(response: ServerResponse, onSent: (status: number | undefined) => void): void {
  let isSent = false;
  const send = (status: number | undefined): void => {
    if (!isSent) onSent(status);
    isSent = true;
  };
  const { writeHead } = response; // Node has no event for this, but calls writeHead for every answer.
  response.writeHead = (...args: [number]) => {
    send(args[0]);
    return writeHead.apply(response, args);
  };
  response.once("upgraded", () => send(101)); // The socket library writes this head itself.
  response.once("close", () => send(undefined));
}

function subjectOf({ routeOptions, params }: FastifyRequest) {
  const { operationId } = routeOptions.config as { operationId?: string };
  const named = (params ?? {}) as Readonly<Record<string, unknown>>;
  return {
    route: routeOptions.url?.replaceAll(/:(\w+)/g, "{$1}"),
    operationId,
    sessionId: idOf(named["sessionId"]),
    taskId: idOf(named["taskId"]),
  };
}

/** Undefined for text that is no id, because a path may contain anything. */
function idOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[a-z]{3}_[0-9a-z]{26}$/.test(value) ? value : undefined;
}
