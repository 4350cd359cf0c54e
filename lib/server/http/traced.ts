import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RequestTracer } from "../../ports/tracer.ts";

/** Tells the tracer of every request. Returns what tells it of a problem, before the problem is written. */
export function traceRequests(
  app: FastifyInstance,
  tracer: RequestTracer,
): (request: FastifyRequest, problem: string) => void {
  const problems = new WeakMap<FastifyRequest, string>();
  app.addHook("onRequest", (request, reply, done) => {
    const answered = tracer.request(request);
    onHead(reply.raw, (status) =>
      answered({ ...subjectOf(request), status, problem: problems.get(request) }),
    );
    done();
  });
  return (request, problem) => void problems.set(request, problem);
}

/** Calls back once: when the head leaves, however long a stream follows it, or with undefined when the connection ends before. */
function onHead(response: ServerResponse, left: (status: number | undefined) => void): void {
  let isLeft = false;
  const leave = (status: number | undefined): void => {
    if (!isLeft) left(status);
    isLeft = true;
  };
  const { writeHead } = response; // Node has no event for it, and calls this one for every head.
  response.writeHead = (...args: [number]) => {
    leave(args[0]);
    return writeHead.apply(response, args);
  };
  response.once("upgraded", () => leave(101)); // This head leaves by the socket.
  response.once("close", () => leave(undefined));
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

/** Undefined for what is no id: anybody may write anything into a path. */
function idOf(written: unknown): string | undefined {
  return typeof written === "string" && /^[a-z]{3}_[0-9a-z]{26}$/.test(written) ? written : undefined;
}
