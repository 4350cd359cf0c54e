import type { Metrics, MetricsSources } from "./metrics.ts";

export type { Metrics } from "./metrics.ts";

/** Undefined, and nothing loaded, where nobody could ask for them. */
export async function openMetrics(
  { privatePort }: { privatePort: number | undefined },
  sources: MetricsSources,
): Promise<Metrics | undefined> {
  if (privatePort === undefined) return undefined;
  const { createMetrics } = await import("./metrics.ts");
  return createMetrics(sources);
}
