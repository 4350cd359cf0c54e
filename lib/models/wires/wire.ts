import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ReasoningEffort } from "../../model.ts";
import type { ProviderType } from "../../settings.ts";

/** How to reach a model. `baseUrl` includes the version and does not end with a slash. */
export interface ProviderAddress {
  modelKey: string;
  baseUrl: string;
  /** Empty where none is configured, because none is needed. */
  apiKey: string;
  fetch: typeof globalThis.fetch;
}

/** A model as a provider lists it. */
export interface ListedModel {
  modelKey: string;
  name?: string;
  contextTokens?: number;
}

/** How to talk to one type of provider. No other code in lib/models depends on a particular provider. */
export interface Wire {
  readonly type: Exclude<ProviderType, "scripted">;
  /** Null: the address must be configured. */
  readonly defaultBaseUrl: string | null;
  /** Added to a base URL that does not end with a version, such as `v1`. */
  readonly versionSegment: string | null;
  /** Environment variables that hold its key and its address. */
  readonly keyVariable: string;
  readonly baseUrlVariable: string;
  /** Media types that are sent as files; all others are inlined as text or only described. */
  readonly mediaTypes: readonly string[];
  /** What a cached prompt costs to write, as a multiple of the input price. */
  readonly cacheWriteFactor: number;
  /** Loads the provider's package when first used. */
  open(address: ProviderAddress): Promise<LanguageModelV4>;
  /** Options of the request beside prompt and tools. */
  options(request: { modelKey: string; reasoningEffort: ReasoningEffort }): WireOptions;
  /** Adapts the prompt to the rules of the provider. */
  shape(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt;
  readonly listing: {
    /** Joined to the base URL. */
    path: string;
    headers(apiKey: string): Record<string, string>;
    parse(body: unknown): ListedModel[];
  };
}

export type WireOptions = Pick<
  LanguageModelV4CallOptions,
  "reasoning" | "maxOutputTokens" | "providerOptions"
> & {
  /** Whether the provider enforces tool schemas; its default when absent. */
  strictTools?: boolean;
};

/** The base URL as configured, with the version segment added where the wire needs one and the URL has none. */
export function joinBaseUrl(baseUrl: string, versionSegment: string | null): string {
  const trimmed = baseUrl.replace(/\/+$/, "");
  const isVersioned = /\/v\d+[a-z0-9]*$/i.test(trimmed);
  return versionSegment === null || isVersioned ? trimmed : `${trimmed}/${versionSegment}`;
}
