import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { TracedAnswer, TracedRequest } from "../ports/tracer.ts";
import { fail, type BeginSpan } from "./begin.ts";

const propagator = new W3CTraceContextPropagator();

/** One request as a span by the semantic conventions for HTTP. Paths and queries are left out: they name files of the user. */
export function traceRequest(
  { method, headers }: TracedRequest,
  begin: BeginSpan,
): (answer: TracedAnswer) => void {
  const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  const attributes = { "http.request.method": method, "url.scheme": "http" };
  const span = begin(method, attributes, { kind: SpanKind.SERVER, parent });
  return ({ route, operationId, sessionId, taskId, status, problem }) => {
    if (route !== undefined) span.updateName(`${method} ${route}`);
    span.setAttributes({
      "http.route": route,
      "http.response.status_code": status,
      "talkcody.operation.id": operationId,
      "gen_ai.conversation.id": sessionId,
      "talkcody.task.id": taskId,
      "error.type": problem, // A mistake of the caller is not an error of the server, so the span status stays unset.
    });
    if (status === undefined || status >= 500) fail(span, problem ?? "closed");
    span.end();
  };
}
