import { Counter, Histogram, type Registry } from "prom-client";
import type { Clock } from "../ports/clock.ts";
import { ModelError, type ModelClient, type ModelEvent, type ModelRequest } from "../model.ts";

/** Measures the time from each request to the first event of the model, and counts requests by outcome. */
export function timeModels(client: ModelClient, clock: Clock, registry: Registry): ModelClient {
  const registers = [registry];
  const firstToken = new Histogram({
    name: "talkcody_time_to_first_token_seconds",
    help: "Time from a request to the first text, reasoning or tool call of the model.",
    labelNames: ["model"],
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
    registers,
  });
  const requests = new Counter({
    name: "talkcody_model_requests_total",
    help: "Requests to models by outcome.",
    labelNames: ["model", "outcome"],
    registers,
  });
  return {
    ...client,
    stream: (request) => timeEvents(client.stream(request), { request, clock, firstToken, requests }),
  };
}

interface ModelMetrics {
  request: ModelRequest;
  clock: Clock;
  firstToken: Histogram<"model">;
  requests: Counter<"model" | "outcome">;
}

async function* timeEvents(
  events: AsyncIterable<ModelEvent>,
  { request: { model }, clock, firstToken, requests }: ModelMetrics,
): AsyncGenerator<ModelEvent> {
  const requestedAt = clock.elapsed();
  let hasStarted = false;
  let outcome = "left";
  try {
    for await (const event of events) {
      if (!hasStarted) firstToken.observe({ model }, (clock.elapsed() - requestedAt) / 1000);
      hasStarted = true;
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
