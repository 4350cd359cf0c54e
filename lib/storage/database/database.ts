import type { ReachFailpoint } from "../../ports/failpoint.ts";

export type SqlValue = string | number | null;

export interface SqlStatement<Row> {
  /** Returns how many rows it changed. */
  run(...values: SqlValue[]): number;
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

/**
 * One connection. Throws AppError busy when another process holds the lock, storage-full when the disk is full. Nothing
 * is written outside of a transaction: a single statement gets its own, so that the fence runs before every change.
 */
export interface Database {
  readonly path: string;
  readonly inTransaction: boolean;
  /** Prepared at its first use, then kept for every call with the same SQL. `Row` is what the SQL selects. */
  statement<Row = never>(sql: string): SqlStatement<Row>;
  /** Sets a check that runs before the first change of each transaction. It throws when this run may no longer write. */
  fence(check: () => void): void;
  /** Frees at most `most` unused pages of the file and keeps `spare`. Returns whether there are more to free. */
  vacuum(pages: { most: number; spare: number }): boolean;
  /** Copies the write-ahead log into the file, as far as readers allow. Returns the bytes that could not be copied. */
  checkpoint(): number;
  /** If SQLite later rolls the transaction back by itself, every statement throws until `rollback`. */
  begin(): void;
  commit(): void;
  rollback(): void;
  close(): void;
}

export interface DatabaseOptions {
  path: string;
  /** Folder of numbered SQL files. */
  migrations: string;
  /** How long SQLite waits for a lock. It blocks the event loop, so it waits only once while a lock is held. */
  busyTimeoutMs: number;
  /** Called with failures after which the file can no longer be trusted. */
  onFault: (error: unknown) => void;
  reach: ReachFailpoint;
}
