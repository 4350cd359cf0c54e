import type { Boundary, ReachFailpoint } from "../../ports/failpoint.ts";
import type { Atomically } from "../../ports/storage.ts";
import type { Database } from "./database.ts";
import { attempt, createQueue, type Queue } from "./transaction-queue.ts";

export interface UnitOfWork {
  atomically: Atomically;
  /** For a store method that writes several rows: becomes part of the caller's transaction, or one of its own. */
  jointly<T>(work: () => T): T;
  readonly isActive: boolean;
  /**
   * Makes a queue and returns what adds an item to it. Items added in a transaction are delivered together after the
   * commit; after a rollback they go to `drop`, newest first. Outside of a transaction each item is delivered at once.
   * Queues are delivered in the order in which they were made.
   */
  queue<T>(options: { deliver: (items: T[]) => void; drop?: (item: T) => void }): (item: T) => void;
}

/**
 * Transactions of one database. A nested call joins the outer transaction and is committed with it; when the nested call
 * throws, only its own changes are undone, so the outer call may catch the error and continue. Deliveries of all
 * transactions run one after another in the order of the commits, even when one of them starts a transaction itself.
 * When a delivery throws, the commit stays and `onFault` is called.
 */
export function createUnitOfWork(
  database: Database,
  { onFault, reach }: { onFault: (error: unknown) => void; reach: ReachFailpoint },
): UnitOfWork {
  const unit: Unit = {
    database,
    onFault,
    reach,
    queues: [],
    deliveries: [],
    depth: 0,
    isDelivering: false,
  };
  return {
    atomically: (boundary, work) => {
      if (unit.depth > 0) return runNested(unit, work);
      const result = runOutermost(unit, work, boundary);
      deliverAll(unit);
      return result;
    },
    jointly: (work) => (unit.depth > 0 ? runNested(unit, work) : runOutermost(unit, work)),
    get isActive() {
      return unit.depth > 0;
    },
    queue: (options) => addQueue(unit, options),
  };
}

interface Unit {
  database: Database;
  onFault(error: unknown): void;
  reach: ReachFailpoint;
  queues: Queue[];
  /** Deliveries of committed transactions, oldest first. */
  deliveries: (() => void)[];
  /** Open transactions and savepoints. */
  depth: number;
  isDelivering: boolean;
}

function runOutermost<T>(unit: Unit, work: () => T, boundary?: Boundary): T {
  const { database, reach } = unit;
  if (boundary !== undefined) reach(`${boundary}.begins`);
  database.begin();
  unit.depth = 1;
  try {
    const result = refusePromise(work());
    if (boundary !== undefined) reach(`${boundary}.prepared`);
    database.commit();
    if (boundary !== undefined) reach(`${boundary}.committed`);
    for (const queue of unit.queues) if (queue.size > 0) unit.deliveries.push(queue.commit());
    return result;
  } catch (error) {
    attempt(() => database.rollback(), unit.onFault); // The caller gets the first error.
    rewindQueues(unit, []);
    throw error;
  } finally {
    unit.depth = 0;
  }
}

function runNested<T>(unit: Unit, work: () => T): T {
  const { database } = unit;
  const name = `unit_${unit.depth}`;
  const sizes = unit.queues.map((queue) => queue.size);
  database.statement(`SAVEPOINT ${name}`).run();
  unit.depth++;
  try {
    const result = refusePromise(work());
    database.statement(`RELEASE ${name}`).run();
    return result;
  } catch (error) {
    if (database.inTransaction)
      for (const undo of ["ROLLBACK TO", "RELEASE"]) database.statement(`${undo} ${name}`).run();
    rewindQueues(unit, sizes);
    throw error;
  } finally {
    unit.depth--;
  }
}

/** Newest queue first. A queue without a size was empty. */
function rewindQueues({ queues }: Unit, sizes: readonly number[]): void {
  for (const [index, queue] of [...queues.entries()].toReversed()) queue.rewind(sizes[index] ?? 0);
}

function deliverAll(unit: Unit): void {
  if (unit.isDelivering) return;
  unit.isDelivering = true;
  const { deliveries, onFault } = unit;
  for (let next = deliveries.shift(); next; next = deliveries.shift()) attempt(next, onFault);
  unit.isDelivering = false;
}

function addQueue<T>(
  unit: Unit,
  { deliver, drop = () => {} }: { deliver: (items: T[]) => void; drop?: (item: T) => void },
): (item: T) => void {
  const queue = createQueue({ deliver, drop, onFault: unit.onFault });
  unit.queues.push(queue);
  return (item) => (unit.depth > 0 ? queue.add(item) : deliver([item]));
}

/** A transaction cannot wait: what comes after an `await` would run outside of it. */
function refusePromise<T>(result: T): T {
  if (typeof result === "object" && result !== null && "then" in result)
    throw new TypeError("The work of a transaction must not be async.");
  return result;
}
