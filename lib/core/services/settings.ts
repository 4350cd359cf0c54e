import { AppError } from "../../errors.ts";
import type { ProviderSource } from "../../model.ts";
import type { Masking } from "../../ports/masking.ts";
import type { SettingsService, Variables } from "../../ports/services.ts";
import { mergeSettings, resolveSettings, settingsDefaults } from "../../settings.ts";
import type {
  GlobalSettings,
  GlobalSettingsPatch,
  Provider,
  ResolvedSettings,
  Settings,
  SettingsStore,
  StoredSettings,
} from "../../settings.ts";
import { type Clock, timestamp } from "../../ports/clock.ts";

export interface SettingsOptions {
  store: SettingsStore;
  clock: Clock;
  /** Providers of the environment. A stored provider with the same id replaces one. */
  environment: ReadonlyMap<string, Provider>;
  /** Hold where no layer says something else. */
  defaults?: Pick<Settings, "permissionMode">;
  /** Learns each key before anything can use it. */
  masking: Pick<Masking, "learn">;
  variables: Pick<Variables, "change" | "pass" | "passed" | "view">;
}

export type GlobalSettingsService = SettingsService &
  ProviderSource & {
    /** Layers nearest first. The global settings are added as the last one. */
    resolve(layers: readonly Settings[]): ResolvedSettings;
  };

export function createSettings(options: SettingsOptions): GlobalSettingsService {
  const { store, clock, environment, masking, variables, defaults = {} } = options;
  const providersIn = (stored: StoredSettings) => learnKeys(allProviders(stored, environment), masking);
  const providers = () => providersIn(store.read());
  const visible = (stored: StoredSettings): GlobalSettings => ({
    ...visibleSettings(stored, providersIn(stored), defaults),
    variables: variables.view("all"),
    passedVariables: variables.passed(),
  });
  return {
    providers,
    resolve: (layers) => resolveSettings([...layers, store.read().settings, defaults]),
    get: () => visible(store.read()),
    update: (patch) => {
      const stored = store.read();
      const changed: StoredSettings = {
        version: 1,
        settings: mergeSettings(stored.settings, patch.settings ?? {}),
        providers: mergeProviders(stored.providers, patch.providers ?? {}),
        updatedAt: timestamp(clock.now()),
      };
      store.write(changed);
      variables.change("all", patch.variables ?? {});
      if (patch.passedVariables) variables.pass(patch.passedVariables);
      return visible(changed);
    },
  };
}

const scripted: Provider = { type: "scripted", baseUrl: null, apiKey: null, models: {}, source: "built-in" };

function allProviders(
  stored: StoredSettings,
  environment: ReadonlyMap<string, Provider>,
): Map<string, Provider> {
  const fromSettings = Object.entries(stored.providers).map(
    ([id, provider]) => [id, { ...provider, source: "settings" }] as const,
  );
  return new Map<string, Provider>([["scripted", scripted], ...environment, ...fromSettings]);
}

function learnKeys(
  providers: Map<string, Provider>,
  masking: SettingsOptions["masking"],
): Map<string, Provider> {
  const keys = [...providers].map(([id, { apiKey }]) => ({
    name: `key of provider ${id}`,
    value: apiKey ?? "",
  }));
  masking.learn(keys);
  return providers;
}

type StoredProviders = StoredSettings["providers"];

function mergeProviders(
  stored: StoredProviders,
  patch: NonNullable<GlobalSettingsPatch["providers"]>,
): StoredProviders {
  const merged = { ...stored };
  for (const [id, change] of Object.entries(patch)) {
    if (id === "scripted") throw reserved();
    if (change === null) delete merged[id];
    else merged[id] = mergeProvider(merged[id], change);
  }
  return merged;
}

function reserved(): AppError {
  return new AppError(
    "invalid-request",
    "The provider id `scripted` belongs to the built-in model. Choose another id.",
    {
      errors: [{ pointer: "/providers/scripted", detail: "expected another provider id" }],
    },
  );
}

type ProviderPatch = Exclude<NonNullable<GlobalSettingsPatch["providers"]>[string], null>;

/** A new address clears the stored key: the key was given for the old address and must not be sent to another one. */
function mergeProvider(
  stored: StoredProviders[string] | undefined,
  patch: ProviderPatch,
): StoredProviders[string] {
  const baseUrl = patch.baseUrl === undefined ? (stored?.baseUrl ?? null) : patch.baseUrl;
  const keepsAddress = stored !== undefined && stored.baseUrl === baseUrl && stored.type === patch.type;
  return {
    type: patch.type,
    baseUrl,
    apiKey: patch.apiKey === undefined ? (keepsAddress ? stored.apiKey : null) : patch.apiKey,
    models: patch.models === undefined ? (stored?.models ?? {}) : (patch.models ?? {}),
  };
}

function visibleSettings(
  stored: StoredSettings,
  providers: ReadonlyMap<string, Provider>,
  defaults: Settings,
): Omit<GlobalSettings, "variables" | "passedVariables"> {
  return {
    version: 1,
    defaults: { ...settingsDefaults, ...defaults, permissions: [] },
    settings: stored.settings,
    providers: Object.fromEntries([...providers].map(([id, provider]) => [id, withoutSecret(provider)])),
    updatedAt: stored.updatedAt,
  };
}

function withoutSecret({ apiKey, ...provider }: Provider): GlobalSettings["providers"][string] {
  // The last four characters would show half of a short key.
  const last4 = apiKey !== null && apiKey.length >= 12 ? apiKey.slice(-4) : null;
  return { ...provider, apiKey: { set: apiKey !== null, last4 } };
}
