import type { Reader } from "./environment.ts";
import { tracesSamplers, type TracesConfig } from "../ports/tracer.ts";

/** What OpenTelemetry's own variables say of traces; undefined where they name no collector, or turn traces off. */
export function environmentTraces(read: Reader): TracesConfig | undefined {
  const base = read.url("OTEL_EXPORTER_OTLP_ENDPOINT");
  const own = read.url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const url = own ?? (base === undefined ? undefined : `${base}/v1/traces`);
  if (url === undefined || read.flag("OTEL_SDK_DISABLED")) return undefined;
  if (read.choice("OTEL_TRACES_EXPORTER", ["otlp", "none"]) === "none") return undefined;
  for (const name of ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
    read.choice(name, ["http/json", "http/protobuf"]); // A collector that takes the one takes the other.
  const timeoutMs =
    read.integer("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", timeoutBounds) ??
    read.integer("OTEL_EXPORTER_OTLP_TIMEOUT", timeoutBounds) ??
    10_000;
  const serviceName = read.text("OTEL_SERVICE_NAME");
  return {
    url,
    headers: {
      ...read.pairs("OTEL_EXPORTER_OTLP_HEADERS"),
      ...read.pairs("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
    },
    timeoutMs,
    resource: {
      "service.name": "talkcody",
      ...read.pairs("OTEL_RESOURCE_ATTRIBUTES"),
      ...(serviceName === undefined ? {} : { "service.name": serviceName }),
    },
    sampler: read.choice("OTEL_TRACES_SAMPLER", tracesSamplers) ?? "parentbased_always_on",
    sampledRatio: read.share("OTEL_TRACES_SAMPLER_ARG") ?? 1,
  };
}

const timeoutBounds = { least: 1, most: 60_000 };
