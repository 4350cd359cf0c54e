import type { Schemas } from "../packages/shared/src/schemas.ts";

export type Settings = Schemas["Settings"];
export type SettingsPatch = Schemas["SettingsPatch"];
export type PermissionMode = Schemas["PermissionMode"];
export type PermissionRule = Schemas["PermissionRule"];
export type GlobalSettings = Schemas["GlobalSettings"];
export type GlobalSettingsPatch = Schemas["GlobalSettingsPatch"];
export type ProviderType = Schemas["ProviderType"];
export type ModelSettings = Schemas["ModelSettings"];

/** A provider with its secret. It never leaves the server. */
export interface Provider {
  type: ProviderType;
  baseUrl: string | null;
  apiKey: string | null;
  models: Record<string, ModelSettings>;
  source: "settings" | "environment" | "built-in";
}

/** The content of settings.db. The version tells a later release what it reads. */
export interface StoredSettings {
  version: 1;
  settings: Settings;
  providers: Record<string, Omit<Provider, "source">>;
  updatedAt: string | null;
}

/** settings.db. Synchronous. */
export interface SettingsStore {
  read(): StoredSettings;
  write(settings: StoredSettings): void;
}

/** Values that hold when no layer sets them. */
export const settingsDefaults = {
  permissionMode: "sandboxed",
  autoApproveEdits: false,
  autoApprovePlan: false,
  autoApproveCommands: false,
  planMode: false,
  reasoningEffort: "none",
  stepsMax: 100,
  commandTimeoutMs: 300_000, // The desktop's total time for a command.
  permissions: [],
} as const satisfies Settings;

export type ResolvedSettings = Required<Omit<Settings, "model" | "budgetUsd">> &
  Pick<Settings, "model" | "budgetUsd">;

/** Layers nearest first: task, session, agent, global. Permissions are joined in that order; for everything else the nearest value holds. */
export function resolveSettings(layers: readonly Settings[]): ResolvedSettings {
  const nearest: Settings = Object.assign({}, settingsDefaults, ...[...layers].reverse());
  return { ...settingsDefaults, ...nearest, permissions: layers.flatMap((layer) => layer.permissions ?? []) };
}

/** The layers of a task, for `resolveSettings`. A profile sets the model only. */
export function settingsLayers(
  task: { settings: Settings },
  session: { settings: Settings },
  agent: { model: string | null },
): Settings[] {
  return [task.settings, session.settings, agent.model === null ? {} : { model: agent.model }];
}

/** Applies a patch. What it does not name stays; `null` removes. */
export function mergeSettings(stored: Settings, patch: SettingsPatch): Settings {
  const merged = Object.entries({ ...stored, ...patch }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(merged) as Settings;
}
