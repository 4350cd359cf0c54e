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
  /** The same, traced. */
  models(client: ModelClient): ModelClient;
  toolbox(toolbox: Toolbox): Toolbox;
  /** Sends what is left, for at most two seconds. Never rejects. */
  close(): Promise<void>;
}

/** A stop does not wait longer than this for a collector. */
const flushMs = 2000;

/** Spans by OpenTelemetry. Nothing of it is global, so two servers in one process do not meet. */
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
    close: async () => {
      const waited = new AbortController();
      const late = clock.sleep(flushMs, waited.signal);
      await Promise.race([provider.shutdown(), late]).catch(() => {});
      waited.abort();
      await late.catch(() => {});
    },
  };
}
