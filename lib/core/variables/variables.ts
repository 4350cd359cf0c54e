import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { KnownSecret, Masking } from "../../ports/masking.ts";
import type { Variables } from "../../ports/services.ts";
import type { RequestDatabase } from "../../ports/storage.ts";
import type { StoredVariable, VariableScope, VariableStore } from "../../settings.ts";
import type { WorkspaceStore } from "../../ports/workspace-store.ts";
import type { CommandGrants } from "../../workspace.ts";
import { checkPassed, variableChanges, type VariablesPatch } from "./merge-variables.ts";
import { looksSecret } from "./refused-names.ts";

export interface VariablesOptions {
  store: VariableStore;
  settings: Pick<RequestDatabase, "atomically">;
  workspaces: Pick<WorkspaceStore, "get">;
  masking: Pick<Masking, "learn">;
  /** The environment of the server, without its own secrets. */
  hostVariables: Readonly<Record<string, string>>;
  /** Whether the server reads a secret of its own from the variable. */
  isOwnVariable(name: string): boolean;
  /** A passed variable with the value of a secret of the server is left out, whatever its name. */
  isOwnSecret(value: string): boolean;
}

export function createVariables(options: VariablesOptions): Variables {
  const { store, settings } = options;
  const write = <T>(work: () => T) => settings.atomically("variables.change", work);
  return {
    learn: () => learnAll(options),
    view: (scope) =>
      Object.fromEntries(store.of(scope).map((variable) => [variable.name, visible(variable)])),
    passed: () => store.passed(),
    change: (scope, patch) => write(() => changeVariables(options, scope, patch)),
    pass: (names) => write(() => passVariables(options, names)),
    forget: (workspaceId) => write(() => store.clear(workspaceId)),
    removeOrphans: () => {
      const gone = store.workspaceIds().filter((id) => options.workspaces.get(id) === undefined);
      if (gone.length > 0) write(() => gone.forEach((id) => store.clear(id)));
    },
    grantsOf: (workspaceId) => grantsOf(options, workspaceId),
  };
}

function learnAll({ store, masking, ...options }: VariablesOptions): void {
  const scopes = ["all" as const, ...store.workspaceIds().map((workspaceId) => ({ workspaceId }))];
  masking.learn(scopes.flatMap((scope) => store.of(scope)).flatMap(secretOf));
  passedVariables({ store, masking, ...options });
}

function secretOf({ name, value, isSecret }: StoredVariable): KnownSecret[] {
  return isSecret ? [{ name: `variable ${name}`, value }] : [];
}

function visible({ value, isSecret }: StoredVariable): Schemas["Variable"] {
  // The last four characters would show half of a short secret.
  const last4 = isSecret && value.length >= 12 ? value.slice(-4) : null;
  return { set: true, secret: isSecret, value: isSecret ? null : value, last4 };
}

function changeVariables(
  { store, masking }: VariablesOptions,
  scope: VariableScope,
  patch: VariablesPatch,
): void {
  const { set, removed } = variableChanges(store.of(scope), patch);
  masking.learn(set.flatMap(secretOf));
  for (const name of removed) store.remove(scope, name);
  for (const variable of set) store.set(scope, variable);
}

function passVariables(options: VariablesOptions, names: readonly string[]): void {
  checkPassed(names, options.isOwnVariable);
  options.store.pass([...new Set(names)]);
  passedVariables(options); // From here on those with secrets are masked.
}

function passedVariables({
  store,
  masking,
  hostVariables,
  isOwnSecret,
}: VariablesOptions): Record<string, string> {
  const passed = store.passed().flatMap((name) => {
    const value = hostVariables[name];
    return value === undefined || isOwnSecret(value) ? [] : [{ name, value, isSecret: looksSecret(name) }];
  });
  masking.learn(passed.flatMap(secretOf));
  return valuesOf(passed);
}

function grantsOf(options: VariablesOptions, workspaceId: string): CommandGrants {
  const { store, workspaces, masking } = options;
  const set = [...store.of("all"), ...store.of({ workspaceId })];
  masking.learn(set.flatMap(secretOf)); // Another process may have set them.
  const workspace = workspaces.get(workspaceId);
  return {
    network: workspace?.network.mode ?? "none",
    isGitConfigWritable: workspace?.gitConfigWritable ?? false,
    variables: { ...passedVariables(options), ...valuesOf(set) },
  };
}

/** Of two with the same name the later one counts. */
function valuesOf(variables: readonly StoredVariable[]): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}
