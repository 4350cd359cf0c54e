import { createHash } from "node:crypto";
import type { Clock } from "../ports/clock.ts";
import type { Model, ModelClient } from "../model.ts";
import type { Provider } from "../settings.ts";
import { modelErrorFrom } from "./failures.ts";
import { wireOf } from "./wires/wires.ts";
import { fetchModels } from "./fetch-models.ts";
import { modelFacts, providerProblem } from "./providers.ts";
import { scriptedKeys } from "./scripted/keys.ts";
import type { ListedModel } from "./wires/wire.ts";

type Fetch = typeof globalThis.fetch;
type Listed = { models: ListedModel[]; error: string | null };

const keptMs = 5 * 60_000;
/** After a failure the provider is asked again sooner, but not at every call. */
const failureKeptMs = 15_000;
const modelsMax = 2_000;
/** The pattern of a model key in the contract. */
const validKey = /^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}$/;

interface ListingOptions {
  providers(): ReadonlyMap<string, Provider>;
  clock: Clock;
  fetch: Fetch;
}

/** Models of all providers: those in the settings and those the providers list themselves. The list never rejects. */
export function createListing(options: ListingOptions): ModelClient["list"] {
  const context: ListingContext = { ...options, kept: new Map() };
  return () => listModels(context);
}

interface ListingContext extends ListingOptions {
  /** By fingerprint of the configuration. */
  kept: Map<string, { listed: Promise<Listed>; until: number }>;
}

async function listModels(context: ListingContext): ReturnType<ModelClient["list"]> {
  const requests = [...context.providers()].map(async ([id, provider]) => ({
    id,
    provider,
    ...(await cachedList(context, id, provider)),
  }));
  const answers = await Promise.all(requests);
  return {
    items: answers.flatMap(({ id, provider, models }) => modelsOf(id, provider, models)),
    providers: answers.map(({ id, provider, error }) => ({
      id,
      type: provider.type,
      configured: providerProblem(id, provider) === undefined,
      error,
    })),
  };
}

function cachedList(
  { kept, clock, fetch }: ListingContext,
  providerId: string,
  provider: Provider,
): Promise<Listed> {
  const key = fingerprint(providerId, provider);
  const now = clock.now();
  const known = kept.get(key);
  if (known !== undefined && now < known.until) return known.listed;
  const entry = { listed: listOf(providerId, provider, { fetch, now }), until: now + keptMs };
  for (const [old, { until }] of kept) if (until <= now) kept.delete(old);
  kept.set(key, entry);
  void entry.listed.then(({ error }) => {
    if (error !== null) entry.until = clock.now() + failureKeptMs;
  });
  return entry.listed;
}

/** Changes when the key or the address changes. The key itself is not kept. */
function fingerprint(providerId: string, { type, baseUrl, apiKey }: Provider): string {
  return createHash("sha256")
    .update(JSON.stringify([providerId, type, baseUrl, apiKey]))
    .digest("hex");
}

function modelsOf(providerId: string, provider: Provider, listed: readonly ListedModel[]): Model[] {
  const byKey = new Map<string, ListedModel>(
    Object.keys(provider.models).map((modelKey) => [modelKey, { modelKey }]),
  );
  for (const model of listed) if (validKey.test(model.modelKey)) byKey.set(model.modelKey, model);
  return [...byKey.values()]
    .sort((one, other) => (one.modelKey < other.modelKey ? -1 : 1))
    .slice(0, modelsMax)
    .map((model) => modelOf(providerId, provider, model));
}

function modelOf(
  providerId: string,
  provider: Provider,
  { modelKey, name, contextTokens }: ListedModel,
): Model {
  const facts = modelFacts(provider.type, modelKey, provider.models);
  return {
    id: `${modelKey}@${providerId}`,
    providerId,
    name: facts.name ?? name ?? modelKey,
    contextTokens: facts.contextTokens ?? contextTokens ?? null,
    pricing: facts.pricing ?? null,
  };
}

async function listOf(
  providerId: string,
  provider: Provider,
  { fetch, now }: { fetch: Fetch; now: number },
): Promise<Listed> {
  const wire = wireOf(provider.type);
  if (wire === undefined) return { models: scriptedModels(), error: null };
  const problem = providerProblem(providerId, provider);
  if (problem !== undefined) return { models: [], error: problem };
  try {
    return { models: await fetchModels(provider, wire, fetch), error: null };
  } catch (error) {
    const failure = modelErrorFrom(error, { providerId, apiKey: provider.apiKey ?? "", now });
    return { models: [], error: failure.message };
  }
}

function scriptedModels(): ListedModel[] {
  return Object.entries(scriptedKeys).map(([modelKey, name]) => ({ modelKey, name }));
}
