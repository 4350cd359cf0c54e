import { SpanKind, type Span } from "@opentelemetry/api";
import type { Clock } from "../ports/clock.ts";
import { ModelError, splitModelId, type ModelClient, type ModelEvent } from "../model.ts";
import { fail, type BeginSpan } from "./begin.ts";

/** The same models; each request is a span, by the semantic conventions of generative AI and without what is said. */
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
      return traced(client.stream(request), open, clock);
    },
  };
}

/** Where the conventions have a name of their own. */
const providerNames: Readonly<Record<string, string>> = { google: "gcp.gemini" };

async function* traced(
  events: AsyncIterable<ModelEvent>,
  open: () => Span,
  clock: Clock,
): AsyncGenerator<ModelEvent> {
  const span = open();
  const askedAt = clock.elapsed();
  let isSaying = false;
  try {
    for await (const event of events) {
      if (!isSaying)
        span.setAttribute("gen_ai.response.time_to_first_chunk", (clock.elapsed() - askedAt) / 1000);
      isSaying = true;
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
