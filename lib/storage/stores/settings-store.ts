import type { SettingsStore, StoredSettings } from "../../settings.ts";
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
