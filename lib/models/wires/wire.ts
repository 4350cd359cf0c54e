import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ReasoningEffort } from "../../model.ts";
import type { ProviderType } from "../../settings.ts";

/** Where a model is reached. `baseUrl` is joined already and ends without a slash. */
export interface ProviderAddress {
  modelKey: string;
  baseUrl: string;
  /** Empty where none was configured; then none is needed. */
  apiKey: string;
  fetch: typeof globalThis.fetch;
}

/** A model as a provider lists it. */
export interface ListedModel {
  modelKey: string;
  name?: string;
  contextTokens?: number;
}

/** How to talk to one type of provider. The others of this room know no provider by name. */
export interface Wire {
  readonly type: Exclude<ProviderType, "scripted">;
  /** Null: someone has to say where it is. */
  readonly defaultBaseUrl: string | null;
  /** Added to a base URL that does not end with a version, such as `v1`. */
  readonly versionSegment: string | null;
  /** Environment variables that hold its key and its address. */
  readonly keyVariable: string;
  readonly baseUrlVariable: string;
  /** Media types that are sent as they are; all others are inlined or told in words. */
  readonly mediaTypes: readonly string[];
  /** What a cached prompt costs to write, as a multiple of the input price. */
  readonly cacheWriteFactor: number;
  /** Loads the provider's package at its first use. */
  open(address: ProviderAddress): Promise<LanguageModelV4>;
  /** What the provider wants beside prompt and tools. */
  options(request: { modelKey: string; reasoningEffort: ReasoningEffort }): WireOptions;
  /** Fits the prompt to the provider's rules. */
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
  /** Whether tool schemas are enforced by the provider; left to it when absent. */
  strictTools?: boolean;
};

/** The one rule of URLs: the base URL as configured, a version where the wire needs one and none is there, then the path. */
export function joinBaseUrl(baseUrl: string, versionSegment: string | null): string {
  const trimmed = baseUrl.replace(/\/+$/, "");
  const isVersioned = /\/v\d+[a-z0-9]*$/i.test(trimmed);
  return versionSegment === null || isVersioned ? trimmed : `${trimmed}/${versionSegment}`;
}
