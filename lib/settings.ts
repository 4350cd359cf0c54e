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

/** A variable that a person set for commands. */
export interface StoredVariable {
  name: string;
  value: string;
  isSecret: boolean;
}

/** Of which commands: those of one workspace, or of all. */
export type VariableScope = { workspaceId: string } | "all";

/** Variables of commands in settings.db, also those of workspaces: no other database holds a secret. Synchronous. */
export interface VariableStore {
  /** By name. */
  of(scope: VariableScope): StoredVariable[];
  set(scope: VariableScope, variable: StoredVariable): void;
  remove(scope: VariableScope, name: string): void;
  /** Removes all variables of a workspace. */
  clear(workspaceId: string): void;
  /** Workspaces that have variables. */
  workspaceIds(): string[];
  /** Names of variables of the server's own environment that commands get. */
  passed(): string[];
  pass(names: readonly string[]): void;
}

/** Masks one text that comes in pieces. It holds back what may be the beginning of a secret, so what it gives out does not depend on where the pieces end. */
export interface Masker {
  push(text: string): string;
  /** What was held back. Call it once, after the last piece. */
  end(): string;
}

/** Replaces secrets in texts by markers such as `[masked: github token]`. */
export interface SecretMask {
  text(text: string): string;
  /** For a text that comes in pieces. */
  masker(): Masker;
  /** Masks every string in a JSON value. Returns the same value when nothing changes. */
  json<T>(value: T): T;
  /** For UTF-8 and other encodings that contain ASCII. */
  bytes(bytes: Uint8Array): Promise<Uint8Array>;
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
  maskSecrets: true,
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
