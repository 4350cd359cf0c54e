import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Clock } from "../ports/clock.ts";
import type { TracesConfig } from "../ports/tracer.ts";

export interface ExporterSources {
  clock: Clock;
  report(message: string): void;
}

/** A collector that is away for hours fills no log. */
const reportEveryMs = 60_000;

/**
 * Sends spans as OTLP/HTTP with JSON, and reports at most once a minute that it cannot. Address, headers and timeout are
 * given; the library reads OTEL_EXPORTER_OTLP_COMPRESSION and the paths of certificates (…_CERTIFICATE, …_CLIENT_KEY,
 * …_CLIENT_CERTIFICATE) from the environment of the process by itself.
 */
export function createExporter(
  { url, headers, timeoutMs }: TracesConfig,
  { clock, report }: ExporterSources,
): SpanExporter {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs });
  let reportedAt = -Infinity;
  const tell = (): void => {
    if (clock.elapsed() - reportedAt < reportEveryMs) return;
    reportedAt = clock.elapsed();
    // Without what the collector said: it may repeat what it was sent, and with it a key.
    report(`Traces cannot be sent to ${new URL(url).host}; some are lost. Requests and tasks go on.`);
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) tell();
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
