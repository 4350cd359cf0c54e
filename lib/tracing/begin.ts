import { SpanStatusCode, type Attributes, type Context, type Span, type SpanKind } from "@opentelemetry/api";

/** Begins a span: a child of `parent`, by default of the current task. */
export type BeginSpan = (
  name: string,
  attributes: Attributes,
  options?: { kind?: SpanKind; parent?: Context },
) => Span;

/** Marks a span as failed. `type` is a code of ours, never a message, because messages may contain secrets. */
export function fail(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
