import { SpanKind, type Span } from "@opentelemetry/api";
import type { Clock } from "../ports/clock.ts";
import { ModelError, splitModelId, type ModelClient, type ModelEvent } from "../model.ts";
import { fail, type BeginSpan } from "./begin.ts";

/** The same client. Each request is a span by the semantic conventions for generative AI, without any content. */
export function traceModels(
  client: ModelClient,
  { begin, clock }: { begin: BeginSpan; clock: Clock },
): ModelClient {
  return {
    ...client,
    stream: (request) => {
      const { modelKey, providerId } = splitModelId(request.model);
      const attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": providerNames[providerId] ?? providerId,
        "gen_ai.request.model": modelKey,
        "gen_ai.request.stream": true,
      };
      const open = () => begin(`chat ${modelKey}`, attributes, { kind: SpanKind.CLIENT });
      return traceEvents(client.stream(request), open, clock);
    },
  };
}

/** Names in the conventions that differ from our provider ids. */
const providerNames: Readonly<Record<string, string>> = { google: "gcp.gemini" };

async function* traceEvents(
  events: AsyncIterable<ModelEvent>,
  open: () => Span,
  clock: Clock,
): AsyncGenerator<ModelEvent> {
  const span = open();
  const requestedAt = clock.elapsed();
  let hasStarted = false;
  try {
    for await (const event of events) {
      if (!hasStarted)
        span.setAttribute("gen_ai.response.time_to_first_chunk", (clock.elapsed() - requestedAt) / 1000);
      hasStarted = true;
      if (event.type === "finish") finish(span, event);
      yield event;
    }
  } catch (error) {
    fail(span, error instanceof ModelError ? error.failure : "left");
    throw error;
  } finally {
    span.end();
  }
}

function finish(span: Span, { reason, usage }: Extract<ModelEvent, { type: "finish" }>): void {
  span.setAttributes({
    "gen_ai.response.finish_reasons": [reason],
    "gen_ai.usage.input_tokens": usage.inputTokens,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
  });
}
