import type { Clock } from "../ports/clock.ts";
import type { ObjectStore } from "../operating/object-store.ts";
import type { ReplicaPlace, ReplicatorFacts } from "../operating/replica.ts";
import { databaseNames, type DatabaseName } from "../database-name.ts";

const intervalMs = 5000;
/** After this time without an answer the replicator or the replica counts as silent. */
const answerMsMax = 4000;

const waitingMax = 1000;

export interface ReplicatorLagOptions {
  /** The metrics of Litestream 0.5. `litestream_txid` is the last transaction of each database that it has read. */
  metricsUrl: string;
  /** Litestream stores transactions in `<database>/<level>/<first>-<last>.ltx`, with their numbers in hexadecimal. */
  store: Pick<ObjectStore, "list">;
  /** The levels have different names in a folder and in a bucket. */
  placeType: ReplicaPlace["type"];
  clock: Clock;
  signal: AbortSignal;
}

/** Transactions up to this one were read, but were not seen in the replica yet. */
interface Waiting {
  transaction: number;
  sinceMs: number;
}

/**
 * Measures how far the replication of the databases is behind. Litestream reports what it has read, but not whether the
 * bucket accepted it. So what it has read is compared with what the replica contains. The replica is asked only while
 * something is not known to be there.
 */
export function watchReplicator(options: ReplicatorLagOptions) {
  const watch: Watch = {
    options,
    waiting: new Map(databaseNames.map((name) => [name, []])),
    arrived: new Map(),
    answeredMs: options.clock.elapsed(),
    isSilent: false,
  };
  return {
    /** Looks every 5 s until the signal aborts. */
    watch: async (): Promise<void> => {
      const { clock, signal } = options;
      while (!signal.aborted) {
        await look(watch);
        await clock.sleep(intervalMs, signal).catch(() => {});
      }
    },
    facts: () => factsOf(watch),
  };
}

interface Watch {
  options: ReplicatorLagOptions;
  /** Oldest first. */
  waiting: Map<DatabaseName, Waiting[]>;
  /** The last transaction seen in the replica. */
  arrived: Map<DatabaseName, number>;
  /** When the replicator last answered, as `clock.elapsed` counts. */
  answeredMs: number;
  isSilent: boolean;
}

async function look(watch: Watch): Promise<void> {
  const { metricsUrl, clock, signal } = watch.options;
  const read = await readTransactions(metricsUrl, signal);
  watch.isSilent = read === undefined;
  if (read === undefined) return;
  watch.answeredMs = clock.elapsed();
  // When the replica does not answer, what waits goes on waiting.
  await Promise.all([...read].map(([name, last]) => compare(watch, name, last).catch(() => {})));
}

/** `read`: the last transaction that the replicator has read. */
async function compare(
  { options, waiting, arrived }: Watch,
  name: DatabaseName,
  read: number,
): Promise<void> {
  const { store, placeType, clock, signal } = options;
  const known = waiting.get(name) ?? [];
  const newest = known.at(-1)?.transaction ?? arrived.get(name) ?? 0;
  if (read > newest) addWaiting(known, { transaction: read, sinceMs: clock.elapsed() });
  if (known.length === 0) return;
  const soon = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]);
  const last = await lastIn(store, `${name}/`, levels[placeType], soon);
  arrived.set(name, last);
  waiting.set(
    name,
    known.filter(({ transaction }) => transaction > last),
  );
}

function factsOf({ options, waiting, answeredMs, isSilent }: Watch): ReplicatorFacts {
  const oldestMs = Math.min(...[...waiting.values()].map(([first]) => first?.sinceMs ?? Infinity));
  const sinceMs = Math.min(oldestMs, isSilent ? answeredMs : Infinity);
  return { isSilent, lagMs: sinceMs === Infinity ? 0 : options.clock.elapsed() - sinceMs };
}

/** Keeps at most `waitingMax` entries, so that a replica that is away for days fills no memory: the last two become one. */
function addWaiting(known: Waiting[], { transaction, sinceMs }: Waiting): void {
  const last = known.length < waitingMax ? undefined : known.pop();
  known.push({ transaction, sinceMs: last?.sinceMs ?? sinceMs });
}

/** The last transaction read of each database; undefined when the replicator does not report it for all of them. */
async function readTransactions(
  url: string,
  signal: AbortSignal,
): Promise<Map<DatabaseName, number> | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]) });
    const text = await answer.text();
    const read = databaseNames.map((name) => [name, transactionIn(text, name)] as const);
    return read.every(([, count]) => Number.isInteger(count)) ? new Map(read) : undefined;
  } catch {
    return undefined;
  }
}

/** NaN when the metric is missing. */
function transactionIn(text: string, name: DatabaseName): number {
  const line = new RegExp(`^litestream_txid\\{db="[^"]*/${name}[.]db"\\} (\\S+)$`, "m");
  return Number(line.exec(text)?.[1] ?? NaN);
}

const levels = {
  file: { newest: "ltx/0/", all: "ltx/" },
  s3: { newest: "0000/", all: "" },
};

/** The last transaction in the replica: among the newest files, or among all when those were merged already. */
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
