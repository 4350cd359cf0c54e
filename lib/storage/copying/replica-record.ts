import type { MissingBytes, ReplicaRecord } from "../../operating/replica-record.ts";
import type { Database } from "../database/database.ts";

interface Row {
  id: string;
  sha256: string;
  size_bytes: number;
  is_there: number;
}

// `IS NULL`, `<` and `>` are three ranges of one index, so that SQLite skips the many files that are already copied.
const selectMissing = `
  SELECT id, sha256, size_bytes,
    EXISTS (SELECT 1 FROM files other WHERE other.sha256 = files.sha256 AND other.replica = ?) AS is_there
  FROM files WHERE (replica IS NULL OR replica < ? OR replica > ?) AND id > ? ORDER BY id LIMIT ?`;

const selectUnwanted = `
  SELECT sha256 FROM removed_bytes WHERE removed_at < ?
  AND NOT EXISTS (SELECT 1 FROM files WHERE files.sha256 = removed_bytes.sha256) LIMIT ?`;

/** Files refer to these bytes again. */
const removeWanted = `
  DELETE FROM removed_bytes WHERE removed_at < ?
  AND EXISTS (SELECT 1 FROM files WHERE files.sha256 = removed_bytes.sha256)`;

/** Each change is a transaction of its own. `notifyAdded` calls the listeners of `onAdded`. */
export function createReplicaRecord(database: Database): ReplicaRecord & { notifyAdded(): void } {
  const statements = prepareStatements(database);
  const { count, settle, forget } = statements;
  const listeners: (() => void)[] = [];
  return {
    missing: (place, { after, limit }) =>
      statements.missing.all(place, place, place, after, limit).map(toMissingBytes),
    count: (place) => count.get(place, place)?.count ?? 0,
    settle: (sha256, place) => void settle.run(place, sha256),
    unwanted: (before, limit) => unwantedBytes(statements, before, limit),
    forget: (sha256) => void forget.run(sha256),
    onAdded: (listener) => void listeners.push(listener),
    notifyAdded: () => listeners.forEach((listener) => listener()),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  return {
    missing: database.statement<Row>(selectMissing),
    count: database.statement<{ count: number }>(
      "SELECT count(*) AS count FROM files WHERE replica IS NULL OR replica < ? OR replica > ?",
    ),
    settle: database.statement("UPDATE files SET replica = ? WHERE sha256 = ?"),
    unwanted: database.statement<{ sha256: string }>(selectUnwanted),
    removeWanted: database.statement(removeWanted),
    forget: database.statement("DELETE FROM removed_bytes WHERE sha256 = ?"),
  };
}

function unwantedBytes({ removeWanted, unwanted }: Statements, before: string, limit: number): string[] {
  removeWanted.run(before);
  return unwanted.all(before, limit).map(({ sha256 }) => sha256);
}

function toMissingBytes({ id, sha256, size_bytes, is_there }: Row): MissingBytes {
  return { fileId: id, sha256, sizeBytes: size_bytes, isThere: is_there === 1 };
}
