import type { Reader } from "./environment.ts";
import type { ModelSettings, Provider, ProviderType } from "../settings.ts";

/** Providers whose key or address is in the environment, by id. */
export function environmentProviders(read: Reader): ReadonlyMap<string, Provider> {
  const found = new Map<string, Provider>();
  for (const { id, type, keys, baseUrls } of usualVariables) {
    const apiKey = keys.map((name) => read.text(name)).find((value) => value !== undefined) ?? null;
    const baseUrl = baseUrls.map((name) => read.url(name)).find((value) => value !== undefined) ?? null;
    const isUsable = type === "openai-compatible" ? baseUrl !== null : apiKey !== null || baseUrl !== null;
    if (isUsable)
      found.set(id, {
        type,
        apiKey,
        baseUrl,
        models: {} as Record<string, ModelSettings>,
        source: "environment",
      });
  }
  return found;
}

/** Variables that can hold the key of a provider. */
export const providerKeyVariables = (): string[] => usualVariables.flatMap(({ keys }) => keys);

/** The usual variables for the key and the address of each provider; the first one that is set counts. */
const usualVariables: { id: string; type: ProviderType; keys: string[]; baseUrls: string[] }[] = [
  { id: "openai", type: "openai", keys: ["OPENAI_API_KEY"], baseUrls: ["OPENAI_BASE_URL"] },
  { id: "anthropic", type: "anthropic", keys: ["ANTHROPIC_API_KEY"], baseUrls: ["ANTHROPIC_BASE_URL"] },
  {
    id: "google",
    type: "google",
    keys: ["GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"],
    baseUrls: ["GOOGLE_GENERATIVE_AI_BASE_URL"],
  },
  {
    id: "openai-compatible",
    type: "openai-compatible",
    keys: ["OPENAI_COMPATIBLE_API_KEY"],
    baseUrls: ["OPENAI_COMPATIBLE_BASE_URL"],
  },
];
