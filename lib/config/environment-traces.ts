import type { Reader } from "./environment.ts";
import { tracesSamplers, type TracesConfig } from "../ports/tracer.ts";

/** Traces as OpenTelemetry's own variables configure them. Undefined when they name no collector or disable traces. */
export function environmentTraces(read: Reader): TracesConfig | undefined {
  const base = read.url("OTEL_EXPORTER_OTLP_ENDPOINT");
  const own = read.url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const url = own ?? (base === undefined ? undefined : `${base}/v1/traces`);
  if (url === undefined || read.flag("OTEL_SDK_DISABLED")) return undefined;
  if (read.choice("OTEL_TRACES_EXPORTER", ["otlp", "none"]) === "none") return undefined;
  for (const name of ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
    read.choice(name, ["http/json", "http/protobuf"]); // Traces are sent as JSON; a collector that accepts protobuf accepts JSON too.
  const timeoutMs =
    read.integer("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", timeoutRange) ??
    read.integer("OTEL_EXPORTER_OTLP_TIMEOUT", timeoutRange) ??
    10_000;
  const serviceName = read.text("OTEL_SERVICE_NAME");
  return {
    url,
    headers: {
      ...read.namedValues("OTEL_EXPORTER_OTLP_HEADERS"),
      ...read.namedValues("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
    },
    timeoutMs,
    resource: {
      "service.name": "talkcody",
      ...read.namedValues("OTEL_RESOURCE_ATTRIBUTES"),
      ...(serviceName === undefined ? {} : { "service.name": serviceName }),
    },
    sampler: read.choice("OTEL_TRACES_SAMPLER", tracesSamplers) ?? "parentbased_always_on",
    sampledRatio: read.ratio("OTEL_TRACES_SAMPLER_ARG") ?? 1,
  };
}

const timeoutRange = { min: 1, max: 60_000 };
