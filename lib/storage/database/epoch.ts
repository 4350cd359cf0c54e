import type { Database } from "./database.ts";
import { FencedError } from "../disk/storage-errors.ts";

/**
 * Takes the next number of a life on this file. From here on each transaction looks, behind the lock and before its
 * first change, whether a later run has taken one since: then it throws Fenced, and this run writes nothing any more.
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
