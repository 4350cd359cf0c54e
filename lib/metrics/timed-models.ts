import { Counter, Histogram, type Registry } from "prom-client";
import type { Clock } from "../ports/clock.ts";
import { ModelError, type ModelClient, type ModelEvent, type ModelRequest } from "../model.ts";

/** Times from each request to the first thing the model says. */
export function timeModels(client: ModelClient, clock: Clock, registry: Registry): ModelClient {
  const registers = [registry];
  const firstToken = new Histogram({
    name: "talkcody_time_to_first_token_seconds",
    help: "From a request to a model to the first thing it says, be it text, reasoning or a tool call.",
    labelNames: ["model"],
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
    registers,
  });
  const requests = new Counter({
    name: "talkcody_model_requests_total",
    help: "Requests to models, by how they ended.",
    labelNames: ["model", "outcome"],
    registers,
  });
  return {
    ...client,
    stream: (request) => timed(client.stream(request), { request, clock, firstToken, requests }),
  };
}

interface Timing {
  request: ModelRequest;
  clock: Clock;
  firstToken: Histogram<"model">;
  requests: Counter<"model" | "outcome">;
}

async function* timed(
  events: AsyncIterable<ModelEvent>,
  { request: { model }, clock, firstToken, requests }: Timing,
): AsyncGenerator<ModelEvent> {
  const askedAt = clock.elapsed();
  let isSaying = false;
  let outcome = "left";
  try {
    for await (const event of events) {
      if (!isSaying) firstToken.observe({ model }, (clock.elapsed() - askedAt) / 1000);
      isSaying = true;
      if (event.type === "finish") outcome = "ok";
      yield event;
    }
  } catch (error) {
    outcome = error instanceof ModelError ? error.failure : "left";
    throw error;
  } finally {
    requests.inc({ model, outcome });
  }
}
