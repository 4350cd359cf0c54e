import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { ModelSettings } from "../../settings.ts";
import type { Usage } from "../../task.ts";

export type Pricing = NonNullable<ModelSettings["pricing"]>;

export interface Rates {
  /** USD per million tokens; undefined when the price is not known. */
  pricing: Pricing | undefined;
  cacheWriteFactor: number;
}

/** Usage as the contract counts it: cached tokens are part of the input, reasoning is part of the output. */
export function usageFrom({ inputTokens, outputTokens }: LanguageModelV4Usage, rates: Rates): Usage {
  const cached = inputTokens.cacheRead ?? 0;
  const written = inputTokens.cacheWrite ?? 0;
  const input = inputTokens.total ?? (inputTokens.noCache ?? 0) + cached + written;
  const output = outputTokens.total ?? (outputTokens.text ?? 0) + (outputTokens.reasoning ?? 0);
  return {
    inputTokens: input,
    outputTokens: output,
    cachedInputTokens: cached,
    costUsd: costUsd({ plain: Math.max(0, input - cached - written), cached, written, output }, rates),
  };
}

function costUsd(
  tokens: { plain: number; cached: number; written: number; output: number },
  { pricing, cacheWriteFactor }: Rates,
): number {
  if (pricing === undefined) return 0;
  const perMillion =
    tokens.plain * pricing.input +
    tokens.cached * (pricing.cachedInput ?? pricing.input) +
    tokens.written * pricing.input * cacheWriteFactor +
    tokens.output * pricing.output;
  return perMillion / 1_000_000;
}
