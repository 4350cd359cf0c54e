import type {
  SettingsStore,
  StoredSettings,
  StoredVariable,
  VariableScope,
  VariableStore,
} from "../../settings.ts";
import type { Database } from "../database/database.ts";
import { fromJson, toJson } from "../database/json.ts";

interface SettingsRow {
  version: number;
  settings: string;
  providers: string;
  updated_at: string | null;
}

const version = 1;

/** `read` throws when a newer release wrote the settings. */
export function createSettingsStore(database: Database): SettingsStore {
  const select = database.statement<SettingsRow>("SELECT * FROM settings");
  const put = database.statement(
    "INSERT OR REPLACE INTO settings (id, version, settings, providers, updated_at) VALUES (1, ?, ?, ?, ?)",
  );
  return {
    read: () => {
      const row = select.get();
      return row ? toSettings(row) : { version, settings: {}, providers: {}, updatedAt: null };
    },
    write: ({ settings, providers, updatedAt }) => {
      put.run(version, toJson(settings), toJson(providers), updatedAt);
    },
  };
}

function toSettings(row: SettingsRow): StoredSettings {
  if (row.version !== version)
    throw new Error(
      `The settings were stored in form ${row.version}; this release reads form ${version}. Start the newer release again.`,
    );
  return {
    version,
    settings: fromJson<StoredSettings["settings"]>(row.settings),
    providers: fromJson<StoredSettings["providers"]>(row.providers),
    updatedAt: row.updated_at,
  };
}

interface VariableRow {
  name: string;
  value: string;
  is_secret: number;
}

export function createVariableStore(database: Database): VariableStore {
  const statements = prepareVariables(database);
  return {
    of: (scope) => statements.of.all(idOf(scope)).map(toVariable),
    set: (scope, { name, value, isSecret }) =>
      void statements.set.run(idOf(scope), name, value, isSecret ? 1 : 0),
    remove: (scope, name) => void statements.remove.run(idOf(scope), name),
    clear: (workspaceId) => void statements.clear.run(workspaceId),
    workspaceIds: () => statements.workspaces.all().map(({ workspace_id }) => workspace_id),
    passed: () => statements.passed.all().map(({ name }) => name),
    pass: (names) => {
      statements.passNone.run();
      for (const name of names) statements.pass.run(name);
    },
  };
}

function prepareVariables(database: Database) {
  return {
    of: database.statement<VariableRow>(
      "SELECT name, value, is_secret FROM variables WHERE workspace_id = ? ORDER BY name",
    ),
    set: database.statement("INSERT OR REPLACE INTO variables VALUES (?, ?, ?, ?)"),
    remove: database.statement("DELETE FROM variables WHERE workspace_id = ? AND name = ?"),
    clear: database.statement("DELETE FROM variables WHERE workspace_id = ?"),
    workspaces: database.statement<{ workspace_id: string }>(
      "SELECT DISTINCT workspace_id FROM variables WHERE workspace_id <> ''",
    ),
    passed: database.statement<{ name: string }>("SELECT name FROM passed_variables ORDER BY name"),
    passNone: database.statement("DELETE FROM passed_variables"),
    pass: database.statement("INSERT INTO passed_variables VALUES (?)"),
  };
}

function idOf(scope: VariableScope): string {
  return scope === "all" ? "" : scope.workspaceId;
}

function toVariable({ name, value, is_secret }: VariableRow): StoredVariable {
  return { name, value, isSecret: is_secret === 1 };
}
