import { splitModelId } from "../model.ts";
import type { ModelSettings, Provider, ProviderType } from "../settings.ts";
import { catalogueEntry } from "./catalogue/catalogue.ts";
import { wireOf, wires } from "./wires/wires.ts";
import { scriptedKeys } from "./scripted/keys.ts";
import { type Wire, joinBaseUrl } from "./wires/wire.ts";

/** The scripted provider is part of the product, whatever is configured. */
const builtIn: Provider = { type: "scripted", baseUrl: null, apiKey: null, models: {}, source: "built-in" };

export function withBuiltIn(providers: ReadonlyMap<string, Provider>): ReadonlyMap<string, Provider> {
  return providers.has("scripted") ? providers : new Map([...providers, ["scripted", builtIn]]);
}

/** Undefined when the model can be used; else why not, and what to set. */
export function modelProblem(model: string, providers: ReadonlyMap<string, Provider>): string | undefined {
  const { modelKey, providerId } = splitModelId(model);
  if (modelKey === "" || providerId === model || providerId === "")
    return `"${model}" is not a model id. Expected modelKey@providerId, such as gpt-5-mini@openai.`;
  const provider = providers.get(providerId);
  if (provider === undefined) return unknownProvider(providerId);
  if (provider.type === "scripted" && !Object.hasOwn(scriptedKeys, modelKey))
    return `The scripted provider has the models ${Object.keys(scriptedKeys).join(", ")}; there is no ${modelKey}.`;
  return providerProblem(providerId, provider);
}

/** Undefined when the provider is fully configured; else what is missing, and what to set. */
export function providerProblem(providerId: string, provider: Provider): string | undefined {
  const wire = wireOf(provider.type);
  if (wire === undefined || provider.baseUrl !== null) return undefined;
  if (wire.defaultBaseUrl === null)
    return `The provider ${providerId} has no address. ${remedy(providerId, wire, "baseUrl")}`;
  // At its usual address a provider always needs a key; at another one (`baseUrl`) it may need none.
  return provider.apiKey === null
    ? `The provider ${providerId} has no API key. ${remedy(providerId, wire, "apiKey")}`
    : undefined;
}

function unknownProvider(providerId: string): string {
  const wire = wires.find(({ type }) => type === providerId);
  if (wire === undefined)
    return `There is no provider ${providerId}. PATCH /v1/settings can add it as providers.${providerId}.`;
  const field = wire.defaultBaseUrl === null ? "baseUrl" : "apiKey";
  return `The provider ${providerId} is not configured. ${remedy(providerId, wire, field)}`;
}

function remedy(providerId: string, wire: Wire, field: "apiKey" | "baseUrl"): string {
  const patch = `providers.${providerId}.${field} with PATCH /v1/settings`;
  // The environment configures only a provider whose id is its type.
  if (providerId !== wire.type) return `Set ${patch}.`;
  return `Set ${field === "apiKey" ? wire.keyVariable : wire.baseUrlVariable}, or ${patch}.`;
}

/** The address that paths of the provider are appended to. */
export function baseUrlOf(provider: Provider, wire: Wire): string {
  return joinBaseUrl(provider.baseUrl ?? wire.defaultBaseUrl ?? "", wire.versionSegment);
}

/** What is known of a model. Settings of the provider override the catalogue. */
export function modelFacts(
  type: ProviderType,
  modelKey: string,
  models: Record<string, ModelSettings>,
): ModelSettings {
  const settings = Object.hasOwn(models, modelKey) ? models[modelKey] : {};
  return { ...catalogueEntry(type, modelKey), ...settings };
}
