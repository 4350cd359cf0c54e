import type { ReachFailpoint } from "../../ports/failpoint.ts";

export type SqlValue = string | number | null;

export interface SqlStatement<Row> {
  /** Returns how many rows it changed. */
  run(...values: SqlValue[]): number;
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

/**
 * One connection. Failures are thrown as AppError busy or storage-full where that is what happened. Nothing is written
 * outside of a transaction: a statement that is alone gets one of its own, so that the fence stands before every change.
 */
export interface Database {
  readonly path: string;
  readonly inTransaction: boolean;
  /** Prepared when first used and kept. `Row` is what the SQL beside the call selects. */
  statement<Row = never>(sql: string): SqlStatement<Row>;
  /** Looks before each transaction's first change whether this run may still write; what it throws is final. */
  fence(check: () => void): void;
  /** Gives at most so many of the file's free pages back to the disk, but keeps `spare`; true when there are more. */
  vacuum(pages: { most: number; spare: number }): boolean;
  /** Brings what the write-ahead log holds into the file, as far as no reader is in the way; returns the bytes left over. */
  checkpoint(): number;
  /** From here on statements are refused once SQLite has rolled the transaction back by itself. */
  begin(): void;
  commit(): void;
  rollback(): void;
  close(): void;
}

export interface DatabaseOptions {
  path: string;
  /** Folder of numbered SQL files. */
  migrations: string;
  /** SQLite waits this long for a lock, and the event loop with it; once, however long the lock is held. */
  busyTimeoutMs: number;
  /** Hears of failures after which the file cannot be trusted. */
  onFault: (error: unknown) => void;
  reach: ReachFailpoint;
}
