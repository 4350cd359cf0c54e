import type { Clock } from "../ports/clock.ts";
import type { ObjectStore } from "../operating/object-store.ts";
import type { ReplicaPlace, ReplicatorFacts } from "../operating/replica.ts";
import { databaseNames, type DatabaseName } from "../database-name.ts";

const everyMs = 5000;
/** Whoever says nothing for so long is silent. */
const patienceMs = 4000;

const waitingMax = 1000;

export interface ReplicatorLagOptions {
  /** Of Litestream 0.5: how many transactions of each database it has read (`litestream_txid`). */
  metricsUrl: string;
  /** Where it puts them: `<database>/<level>/<first>-<last>.ltx`, with the numbers of transactions in hexadecimal. */
  store: Pick<ObjectStore, "list">;
  /** Levels have other names in a folder than in a bucket. */
  placeType: ReplicaPlace["type"];
  clock: Clock;
  signal: AbortSignal;
}

/** Transactions that were read and not yet seen in the replica, oldest first. */
interface Waiting {
  transaction: number;
  sinceMs: number;
}

/**
 * How far the replication of the databases is. Litestream counts what it reads, and tells nobody whether a bucket took
 * it, so what it has read is held against what lies in the replica. The replica is asked only while something is not
 * known to be there.
 */
export function watchReplicator({ store, placeType, clock, signal, ...options }: ReplicatorLagOptions) {
  const waiting = new Map<DatabaseName, Waiting[]>(databaseNames.map((name) => [name, []]));
  const arrived = new Map<DatabaseName, number>();
  let answeredMs = clock.elapsed();
  let isSilent = false;

  const settle = async (name: DatabaseName, read: number) => {
    const known = waiting.get(name) ?? [];
    const newest = known.at(-1)?.transaction ?? arrived.get(name) ?? 0;
    if (read > newest) add(known, { transaction: read, sinceMs: clock.elapsed() });
    if (known.length === 0) return;
    const soon = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const last = await lastIn(store, `${name}/`, levels[placeType], soon);
    arrived.set(name, last);
    waiting.set(
      name,
      known.filter(({ transaction }) => transaction > last),
    );
  };
  const look = async () => {
    const read = await readTransactions(options.metricsUrl, signal);
    isSilent = read === undefined;
    if (read === undefined) return;
    answeredMs = clock.elapsed();
    // A bucket that does not answer lets what waits go on waiting.
    await Promise.all([...read].map(([name, count]) => settle(name, count).catch(() => {})));
  };
  const oldestMs = () => Math.min(...[...waiting.values()].map(([first]) => first?.sinceMs ?? Infinity));

  return {
    watch: async (): Promise<void> => {
      while (!signal.aborted) {
        await look();
        await clock.sleep(everyMs, signal).catch(() => {});
      }
    },
    facts: (): ReplicatorFacts => {
      const sinceMs = Math.min(oldestMs(), isSilent ? answeredMs : Infinity);
      return { isSilent, lagMs: sinceMs === Infinity ? 0 : clock.elapsed() - sinceMs };
    },
  };
}

/** A bucket that is away for days fills no memory: what would be too many waits with the one before it. */
function add(known: Waiting[], { transaction, sinceMs }: Waiting): void {
  const last = known.length < waitingMax ? undefined : known.pop();
  known.push({ transaction, sinceMs: last?.sinceMs ?? sinceMs });
}

/** Of each database; undefined when the replicator does not answer, or not of all of them: nothing is known then. */
async function readTransactions(
  url: string,
  signal: AbortSignal,
): Promise<Map<DatabaseName, number> | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
    const text = await answer.text();
    const read = databaseNames.map((name) => [name, transactionIn(text, name)] as const);
    return read.every(([, count]) => Number.isInteger(count)) ? new Map(read) : undefined;
  } catch {
    return undefined;
  }
}

/** NaN where it does not stand. */
function transactionIn(text: string, name: DatabaseName): number {
  const line = new RegExp(`^litestream_txid\\{db="[^"]*/${name}[.]db"\\} (\\S+)$`, "m");
  return Number(line.exec(text)?.[1] ?? NaN);
}

const levels = {
  file: { newest: "ltx/0/", all: "ltx/" },
  s3: { newest: "0000/", all: "" },
};

/** The last transaction in the replica: of the newest files, or of all where those were merged already. */
async function lastIn(
  store: Pick<ObjectStore, "list">,
  below: string,
  { newest, all }: { newest: string; all: string },
  signal: AbortSignal,
): Promise<number> {
  const found = await store.list(below + newest, signal);
  const files = found.length > 0 ? found : await store.list(below + all, signal);
  return Math.max(0, ...files.map(({ key }) => lastTransaction(key)));
}

function lastTransaction(key: string): number {
  return Number.parseInt(/-([0-9a-f]{16})[.]ltx$/.exec(key)?.[1] ?? "0", 16);
}
