import type { Database } from "./database.ts";
import { Fenced } from "../disk/failure.ts";

/**
 * Takes the next number of a life on this file. From here on each transaction looks, behind the lock and before its
 * first change, whether a later life has taken one since: then it throws Fenced, and this life writes nothing any more.
 */
export function takeEpoch(database: Database): void {
  const take = database.statement<Row>("UPDATE log SET epoch = epoch + 1 RETURNING epoch");
  const own = take.get()?.epoch;
  const current = database.statement<Row>("SELECT epoch FROM log");
  database.fence(() => {
    if (current.get()?.epoch !== own) throw new Fenced();
  });
}

interface Row {
  epoch: number;
}
