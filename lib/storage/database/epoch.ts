import type { Database } from "./database.ts";
import { FencedError } from "../disk/storage-errors.ts";

/**
 * Takes the next epoch: the number of this run of the server on the file. From then on each transaction checks, after it
 * has the lock and before its first change, whether a later run has taken an epoch. If so it throws FencedError, and
 * this run writes nothing more.
 */
export function takeEpoch(database: Database): void {
  const take = database.statement<Row>("UPDATE log SET epoch = epoch + 1 RETURNING epoch");
  const own = take.get()?.epoch;
  const current = database.statement<Row>("SELECT epoch FROM log");
  database.fence(() => {
    if (current.get()?.epoch !== own) throw new FencedError();
  });
}

interface Row {
  epoch: number;
}
