import { SpanStatusCode, type Attributes, type Context, type Span, type SpanKind } from "@opentelemetry/api";

/** Begins a span: a child of `parent`, by default of the task at work. */
export type BeginSpan = (
  name: string,
  attributes: Attributes,
  options?: { kind?: SpanKind; parent?: Context },
) => Span;

/** Marks a span as failed. `type` is one word of ours, never a message. */
export function fail(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
