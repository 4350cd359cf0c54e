import type Sqlite from "better-sqlite3";
import type { Database, DatabaseOptions, SqlStatement, SqlValue } from "./database.ts";
import { createFaultGuard, type FaultGuard } from "./fault-guard.ts";
import { createWriteLock } from "./write-lock.ts";

/** Makes a `Database` of an open file: every call runs behind the fault guard, every change behind the fence. */
export function connect(sqlite: Sqlite.Database, options: DatabaseOptions): Database {
  const connection = createConnection(sqlite, options);
  return {
    path: options.path,
    get inTransaction() {
      return sqlite.inTransaction;
    },
    statement: <Row>(sql: string) => keptStatement(connection, sql) as SqlStatement<Row>, // The SQL decides what the rows are.
    fence: (check) => void (connection.checkFence = check),
    vacuum: (pages) => vacuum(connection, pages),
    checkpoint: () => checkpoint(connection),
    begin: () => begin(connection),
    commit: () => commit(connection),
    rollback: () => rollback(connection),
    close: () => void sqlite.close(),
  };
}

type LazyStatement = () => Sqlite.Statement<SqlValue[]>;

interface Connection {
  sqlite: Sqlite.Database;
  guard: FaultGuard;
  takeLock: (lock: () => void) => void;
  checkFence: () => void;
  statements: Map<string, SqlStatement<unknown>>;
  beginImmediate: LazyStatement;
  commit: LazyStatement;
}

function createConnection(sqlite: Sqlite.Database, { onFault, busyTimeoutMs }: DatabaseOptions): Connection {
  const waitFor = (ms: number) => void sqlite.pragma(`busy_timeout = ${ms}`);
  return {
    sqlite,
    guard: createFaultGuard(sqlite, onFault),
    takeLock: createWriteLock({ waitFor, busyTimeoutMs }),
    checkFence: () => {},
    statements: new Map(),
    beginImmediate: lazyStatement(sqlite, "BEGIN IMMEDIATE"),
    commit: lazyStatement(sqlite, "COMMIT"),
  };
}

function lazyStatement(sqlite: Sqlite.Database, sql: string): LazyStatement {
  let prepared: Sqlite.Statement<SqlValue[]> | undefined;
  return () => (prepared ??= sqlite.prepare<SqlValue[]>(sql));
}

function keptStatement(connection: Connection, sql: string): SqlStatement<unknown> {
  const known = connection.statements.get(sql);
  if (known) return known;
  const made = createStatement(connection, lazyStatement(connection.sqlite, sql));
  connection.statements.set(sql, made);
  return made;
}

function createStatement(connection: Connection, prepared: LazyStatement): SqlStatement<unknown> {
  return {
    run: (...values) => execute(connection, prepared, () => prepared().run(...values).changes),
    get: (...values) => execute(connection, prepared, () => prepared().get(...values)),
    all: (...values) => execute(connection, prepared, () => prepared().all(...values)),
  };
}

/** A change outside of a transaction gets a transaction of its own. */
function execute<T>(connection: Connection, prepared: LazyStatement, work: () => T): T {
  const { sqlite, guard } = connection;
  if (sqlite.inTransaction || guard.run(() => prepared().readonly)) return guard.run(work);
  return inOwnTransaction(connection, work);
}

function inOwnTransaction<T>(connection: Connection, work: () => T): T {
  begin(connection);
  try {
    const result = connection.guard.run(work);
    commit(connection);
    return result;
  } catch (error) {
    rollback(connection);
    throw error;
  }
}

function begin(connection: Connection): void {
  const { guard, takeLock, beginImmediate } = connection;
  guard.run(() => takeLock(() => beginImmediate().run()));
  guard.beginUnit();
  try {
    guard.run(connection.checkFence);
  } catch (error) {
    rollback(connection);
    throw error;
  }
}

function commit({ guard, commit: statement }: Connection): void {
  guard.run(() => statement().run());
  guard.endUnit();
}

function rollback({ sqlite, guard }: Connection): void {
  guard.endUnit();
  if (sqlite.inTransaction) sqlite.exec("ROLLBACK");
}

function vacuum(connection: Connection, { most, spare }: { most: number; spare: number }): boolean {
  const surplus = () => connection.guard.run(() => pragma(connection, "freelist_count")) - spare;
  const before = surplus();
  if (before <= 0) return false;
  // `exec`, because a prepared statement would free only one page for each step.
  inOwnTransaction(connection, () =>
    connection.sqlite.exec(`PRAGMA incremental_vacuum(${Math.min(most, before)})`),
  );
  const after = surplus();
  return after > 0 && after < before; // A file created without auto_vacuum frees no pages.
}

function checkpoint(connection: Connection): number {
  return connection.guard.run(() => {
    const [result] = connection.sqlite.pragma("wal_checkpoint(PASSIVE)") as [CheckpointResult];
    return Math.max(0, result.log - result.checkpointed) * pragma(connection, "page_size");
  });
}

/** In frames of the write-ahead log. */
interface CheckpointResult {
  log: number;
  /** Frames that are also in the database file. */
  checkpointed: number;
}

function pragma({ sqlite }: Connection, name: string): number {
  return Number(sqlite.pragma(name, { simple: true }));
}
