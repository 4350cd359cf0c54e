import type { Environment } from "./environment.ts";
import { providerKeyVariables } from "./environment-providers.ts";

const ownSecrets = new Set([
  ...providerKeyVariables(),
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
]);

/** Whether the server reads a secret of its own from this variable. Commands never get it. */
export function isOwnVariable(name: string): boolean {
  return ownSecrets.has(name) || /^(TALKCODY|LITESTREAM)_/.test(name);
}

/** The environment of the server without its own secrets: what a person may pass to commands by name. */
export function hostVariables(environment: Environment): Record<string, string> {
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || isOwnVariable(name) ? [] : [[name, value] as const],
  );
  return Object.fromEntries(kept);
}
