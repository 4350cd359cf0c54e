import type { ModelSettings, ProviderType } from "../../settings.ts";

/** Facts about models whose provider does not publish them in its API. Settings of the provider override them. */
export function catalogueEntry(type: ProviderType, modelKey: string): ModelSettings | undefined {
  const models = catalogue[type];
  const undated = modelKey.replace(/-\d{4}-?\d{2}-?\d{2}$/, "");
  return models?.get(modelKey) ?? models?.get(undated);
}

const million = 1_000_000;

/** Prices in USD per million tokens, of the standard tier, without surcharges for long prompts. */
const catalogue: Partial<Record<ProviderType, ReadonlyMap<string, ModelSettings>>> = {
  // developers.openai.com/api/docs/models/gpt-5-mini, November 2026.
  openai: new Map([
    ["gpt-5-mini", entry("GPT-5 mini", 400_000, { input: 0.25, cachedInput: 0.025, output: 2 })],
  ]),
  // platform.claude.com/docs/en/about-claude/pricing and /docs/en/about-claude/models/*/overview, November 2026.
  anthropic: new Map([
    ["claude-fable-5-1", entry("Claude Fable 5.1", million, { input: 10, cachedInput: 0.25, output: 50 })],
    ["claude-opus-5-5", entry("Claude Opus 5.5", million, { input: 4, cachedInput: 0.2, output: 20 })],
    ["claude-opus-5", entry("Claude Opus 5", million, { input: 5, cachedInput: 0.5, output: 25 })],
    ["claude-opus-4-8", entry("Claude Opus 4.8", null, { input: 5, cachedInput: 0.5, output: 25 })],
    ["claude-opus-4-7", entry("Claude Opus 4.7", null, { input: 5, cachedInput: 0.5, output: 25 })],
    ["claude-opus-4-6", entry("Claude Opus 4.6", null, { input: 5, cachedInput: 0.5, output: 25 })],
    ["claude-opus-4-5", entry("Claude Opus 4.5", null, { input: 5, cachedInput: 0.5, output: 25 })],
    ["claude-sonnet-5-5", entry("Claude Sonnet 5.5", null, { input: 2, cachedInput: 0.1, output: 10 })],
    ["claude-sonnet-5", entry("Claude Sonnet 5", null, { input: 2, cachedInput: 0.2, output: 10 })],
    ["claude-sonnet-4-6", entry("Claude Sonnet 4.6", null, { input: 3, cachedInput: 0.3, output: 15 })],
    ["claude-sonnet-4-5", entry("Claude Sonnet 4.5", null, { input: 3, cachedInput: 0.3, output: 15 })],
    ["claude-haiku-4-5", entry("Claude Haiku 4.5", 200_000, { input: 1, cachedInput: 0.1, output: 5 })],
  ]),
  // ai.google.dev/gemini-api/docs/pricing, July 2026.
  google: new Map([
    ["gemini-3-flash-preview", entry("Gemini 3 Flash", null, { input: 0.5, cachedInput: 0.05, output: 3 })],
    ["gemini-2.5-flash", entry("Gemini 2.5 Flash", 1_048_576, { input: 0.3, output: 2.5 })],
    ["gemini-2.5-flash-lite", entry("Gemini 2.5 Flash-Lite", 1_048_576, { input: 0.1, output: 0.4 })],
  ]),
};

function entry(
  name: string,
  contextTokens: number | null,
  pricing: NonNullable<ModelSettings["pricing"]>,
): ModelSettings {
  return contextTokens === null ? { name, pricing } : { name, contextTokens, pricing };
}
