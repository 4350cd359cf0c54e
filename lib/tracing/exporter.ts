import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Clock } from "../ports/clock.ts";
import type { TracesConfig } from "../ports/tracer.ts";

export interface ExporterSources {
  clock: Clock;
  report(message: string): void;
}

/** Limits the log while a collector is unreachable for hours. */
const reportEveryMs = 60_000;

/**
 * Sends spans as OTLP/HTTP with JSON. Reports at most once a minute that sending fails. Address, headers and timeout come
 * from the configuration; the library itself reads OTEL_EXPORTER_OTLP_COMPRESSION, OTEL_EXPORTER_OTLP_CERTIFICATE,
 * OTEL_EXPORTER_OTLP_CLIENT_KEY and OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE from the environment of the process.
 */
export function createExporter(
  { url, headers, timeoutMs }: TracesConfig,
  { clock, report }: ExporterSources,
): SpanExporter {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs });
  let reportedAt = -Infinity;
  const reportFailure = (): void => {
    if (clock.elapsed() - reportedAt < reportEveryMs) return;
    reportedAt = clock.elapsed();
    // The answer of the collector is left out: it may repeat the request headers, and with them a key.
    report(
      `Traces cannot be sent to ${new URL(url).host}, and some are lost. Requests and tasks are not affected.`,
    );
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) reportFailure();
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
