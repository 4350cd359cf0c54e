import type { ReplicaRecord } from "../../operating/replica-record.ts";
import type { Database } from "../database/database.ts";

interface Row {
  id: string;
  sha256: string;
  size_bytes: number;
  is_there: number;
}

// Three ranges of one index, so that the many that are there already need not be passed.
const selectMissing = `
  SELECT id, sha256, size_bytes,
    EXISTS (SELECT 1 FROM files other WHERE other.sha256 = files.sha256 AND other.replica = ?) AS is_there
  FROM files WHERE (replica IS NULL OR replica < ? OR replica > ?) AND id > ? ORDER BY id LIMIT ?`;

const selectUnwanted = `
  SELECT sha256 FROM removed_bytes WHERE removed_at < ?
  AND NOT EXISTS (SELECT 1 FROM files WHERE files.sha256 = removed_bytes.sha256) LIMIT ?`;

const removeWanted = `
  DELETE FROM removed_bytes WHERE removed_at < ?
  AND EXISTS (SELECT 1 FROM files WHERE files.sha256 = removed_bytes.sha256)`;

/** Each change is a transaction of its own. */
export function createReplicaRecord(database: Database): ReplicaRecord & { tell(): void } {
  const missing = database.statement<Row>(selectMissing);
  const count = database.statement<{ count: number }>(
    "SELECT count(*) AS count FROM files WHERE replica IS NULL OR replica < ? OR replica > ?",
  );
  const settle = database.statement("UPDATE files SET replica = ? WHERE sha256 = ?");
  const unwanted = database.statement<{ sha256: string }>(selectUnwanted);
  const wanted = database.statement(removeWanted);
  const forget = database.statement("DELETE FROM removed_bytes WHERE sha256 = ?");
  const listeners: (() => void)[] = [];
  return {
    missing: (place, { after, limit }) =>
      missing.all(place, place, place, after, limit).map((row) => ({
        fileId: row.id,
        sha256: row.sha256,
        sizeBytes: row.size_bytes,
        isThere: row.is_there === 1,
      })),
    count: (place) => count.get(place, place)?.count ?? 0,
    settle: (sha256, place) => void settle.run(place, sha256),
    unwanted: (before, limit) => {
      wanted.run(before);
      return unwanted.all(before, limit).map(({ sha256 }) => sha256);
    },
    forget: (sha256) => void forget.run(sha256),
    onAdded: (listener) => void listeners.push(listener),
    tell: () => listeners.forEach((listener) => listener()),
  };
}
