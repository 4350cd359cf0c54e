import { AsyncLocalStorage } from "node:async_hooks";
import { ROOT_CONTEXT, SpanKind, type Context } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Clock } from "../ports/clock.ts";
import type { ModelClient } from "../model.ts";
import type { Storage } from "../ports/storage.ts";
import type { Toolbox } from "../tool.ts";
import type { RequestTracer, TaskTracer, TracesConfig } from "../ports/tracer.ts";
import type { BeginSpan } from "./begin.ts";
import { createExporter } from "./exporter.ts";
import { createSampler } from "./sampler.ts";
import { traceModels } from "./traced-models.ts";
import { traceRequest } from "./traced-requests.ts";
import { traceTask } from "./traced-tasks.ts";
import { traceToolbox } from "./traced-tools.ts";

export interface TracingSources {
  traces: TracesConfig;
  version: string;
  clock: Clock;
  storage: Pick<Storage, "sessions" | "tasks">;
  report(message: string): void;
}

export interface Tracing extends RequestTracer, TaskTracer {
  /** The same objects, with spans around their work. */
  models(client: ModelClient): ModelClient;
  toolbox(toolbox: Toolbox): Toolbox;
  /** Sends the remaining spans, for at most two seconds. Never rejects. */
  close(): Promise<void>;
}

/** How long a stop of the server waits for the collector. */
const flushMs = 2000;

/** Spans by OpenTelemetry. Nothing is registered globally, so two servers in one process stay independent. */
export function createTracing({ traces, version, clock, storage, report }: TracingSources): Tracing {
  const processor = new BatchSpanProcessor({ exporter: createExporter(traces, { clock, report }) });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.version": version, ...traces.resource }),
    sampler: createSampler(traces),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer("talkcody", version);
  const within = new AsyncLocalStorage<Context>();
  const begin: BeginSpan = (name, attributes, { kind = SpanKind.INTERNAL, parent } = {}) =>
    tracer.startSpan(name, { kind, attributes }, parent ?? within.getStore() ?? ROOT_CONTEXT);
  return {
    request: (request) => traceRequest(request, begin),
    task: (task, work) => traceTask(task, work, { begin, within, storage }),
    models: (client) => traceModels(client, { begin, clock }),
    toolbox: (toolbox) => traceToolbox(toolbox, begin),
    close: () => shutDown(provider, clock),
  };
}

async function shutDown(provider: TracerProvider, clock: Clock): Promise<void> {
  const flushed = new AbortController();
  const timeout = clock.sleep(flushMs, flushed.signal);
  await Promise.race([provider.shutdown(), timeout]).catch(() => {});
  flushed.abort();
  await timeout.catch(() => {});
}
