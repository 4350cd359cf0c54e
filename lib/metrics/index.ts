import type { Metrics, MetricsSources } from "./metrics.ts";

export type { Metrics } from "./metrics.ts";

/** Without a private port nothing could read metrics, so none are kept and the library is not loaded. */
export async function openMetrics(
  { privatePort }: { privatePort: number | undefined },
  sources: MetricsSources,
): Promise<Metrics | undefined> {
  if (privatePort === undefined) return undefined;
  const { createMetrics } = await import("./metrics.ts");
  return createMetrics(sources);
}
