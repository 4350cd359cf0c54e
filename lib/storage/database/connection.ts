import type Sqlite from "better-sqlite3";
import type { Database, DatabaseOptions, SqlStatement, SqlValue } from "./database.ts";
import { createFaultGuard } from "./fault-guard.ts";
import { createWriteLock } from "./write-lock.ts";

/** The calls to one file that is open, each behind the guard, and each change behind the fence. */
export function connect(
  sqlite: Sqlite.Database,
  { path, onFault, busyTimeoutMs }: DatabaseOptions,
): Database {
  const guard = createFaultGuard(sqlite, onFault);
  const takeLock = createWriteLock({
    waitFor: (ms) => void sqlite.pragma(`busy_timeout = ${ms}`),
    busyTimeoutMs,
  });
  const statements = new Map<string, SqlStatement<unknown>>();
  let checkFence = () => {};
  const pragma = (name: string) => Number(sqlite.pragma(name, { simple: true }));
  const compile = (sql: string) => {
    let compiled: Sqlite.Statement<SqlValue[]> | undefined;
    return () => (compiled ??= sqlite.prepare<SqlValue[]>(sql));
  };
  const prepare = (sql: string): SqlStatement<unknown> => {
    const ready = compile(sql);
    const call = <T>(work: () => T): T =>
      guard.run(() => sqlite.inTransaction || ready().readonly) ? guard.run(work) : alone(work);
    return {
      run: (...values) => call(() => ready().run(...values).changes),
      get: (...values) => call(() => ready().get(...values)),
      all: (...values) => call(() => ready().all(...values)),
    };
  };
  const statement = (sql: string): SqlStatement<unknown> => {
    const known = statements.get(sql);
    if (known) return known;
    const made = prepare(sql);
    statements.set(sql, made);
    return made;
  };
  const [beginning, ending] = [compile("BEGIN IMMEDIATE"), compile("COMMIT")];
  const begin = () => {
    guard.run(() => takeLock(() => beginning().run()));
    guard.beginUnit();
    try {
      guard.run(checkFence);
    } catch (error) {
      rollback();
      throw error;
    }
  };
  const commit = () => {
    guard.run(() => ending().run());
    guard.endUnit();
  };
  const rollback = () => {
    guard.endUnit();
    if (sqlite.inTransaction) sqlite.exec("ROLLBACK");
  };
  const alone = <T>(work: () => T): T => {
    begin();
    try {
      const result = guard.run(work);
      commit();
      return result;
    } catch (error) {
      rollback();
      throw error;
    }
  };

  return {
    path,
    get inTransaction() {
      return sqlite.inTransaction;
    },
    statement: <Row>(sql: string) => statement(sql) as SqlStatement<Row>, // The SQL says what the rows are.
    fence: (check) => void (checkFence = check),
    vacuum: ({ most, spare }) => {
      const surplus = () => guard.run(() => pragma("freelist_count")) - spare;
      const before = surplus();
      if (before <= 0) return false;
      // Not as a statement: it takes one step for each page.
      alone(() => sqlite.exec(`PRAGMA incremental_vacuum(${Math.min(most, before)})`));
      const after = surplus();
      return after > 0 && after < before; // A file that was made without room for this gives nothing back.
    },
    checkpoint: () =>
      guard.run(() => {
        const [{ log, checkpointed }] = sqlite.pragma("wal_checkpoint(PASSIVE)") as [Checkpointed];
        return Math.max(0, log - checkpointed) * pragma("page_size");
      }),
    begin,
    commit,
    rollback,
    close: () => void sqlite.close(),
  };
}

/** Frames of the write-ahead log: all, and those that are in the file. */
interface Checkpointed {
  log: number;
  checkpointed: number;
}
