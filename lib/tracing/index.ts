import type { Tracing, TracingSources } from "./tracing.ts";

export type { Tracing } from "./tracing.ts";

/** Undefined where the environment asks for no traces; then the libraries are not loaded. */
export async function openTracing(
  { traces }: { traces: TracingSources["traces"] | undefined },
  sources: Omit<TracingSources, "traces">,
): Promise<Tracing | undefined> {
  if (traces === undefined) return undefined;
  const { createTracing } = await import("./tracing.ts");
  return createTracing({ ...sources, traces });
}
