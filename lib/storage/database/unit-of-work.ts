import type { Boundary, ReachFailpoint } from "../../ports/failpoint.ts";
import type { Atomically } from "../../ports/storage.ts";
import type { Database } from "./database.ts";

/** Something that waits for the end of the transaction. */
interface Queue {
  readonly size: number;
  /** Takes all items for delivery. */
  commit(): () => void;
  /** Drops what came after the first `size` items. */
  rewind(size: number): void;
}

export interface UnitOfWork {
  atomically: Atomically;
  /** For a store whose one call writes several rows: a part of the transaction it is called in. */
  jointly<T>(work: () => T): T;
  readonly isActive: boolean;
  /**
   * Collects items in a transaction; after the commit they are delivered together, after a rollback they go to `drop`
   * (newest first). Outside of a transaction each is delivered at once. Queues are served in the order they were made.
   */
  queue<T>(options: { deliver: (items: T[]) => void; drop?: (item: T) => void }): (item: T) => void;
}

/**
 * Transactions of one database. A call inside joins the outer one: it is committed with it; when it throws, only its
 * own changes are undone, so the outer one may catch and go on. Deliveries of all transactions happen one after another,
 * in the order of the commits, even when one of them starts a transaction itself. A delivery that throws does not undo
 * what is committed; `onFault` hears of it.
 */
export function createUnitOfWork(
  database: Database,
  { onFault, reach }: { onFault: (error: unknown) => void; reach: ReachFailpoint },
): UnitOfWork {
  const queues: Queue[] = [];
  const deliveries: (() => void)[] = [];
  let depth = 0;
  let isDelivering = false;

  const rewind = (sizes: number[]) =>
    queues.toReversed().forEach((queue) => queue.rewind(sizes[queues.indexOf(queue)] ?? 0));

  const outermost = <T>(work: () => T, boundary?: Boundary): T => {
    const pass = (phase: "begins" | "prepared" | "committed") =>
      boundary === undefined ? undefined : reach(`${boundary}.${phase}`);
    pass("begins");
    database.begin();
    depth = 1;
    try {
      const result = settled(work());
      pass("prepared");
      database.commit();
      pass("committed");
      deliveries.push(...queues.filter((queue) => queue.size > 0).map((queue) => queue.commit()));
      return result;
    } catch (error) {
      attempt(() => database.rollback(), onFault); // What went wrong first is what the caller hears.
      rewind([]);
      throw error;
    } finally {
      depth = 0;
    }
  };

  const nested = <T>(work: () => T): T => {
    const name = `unit_${depth}`;
    const sizes = queues.map((queue) => queue.size);
    database.statement(`SAVEPOINT ${name}`).run();
    depth++;
    try {
      const result = settled(work());
      database.statement(`RELEASE ${name}`).run();
      return result;
    } catch (error) {
      if (database.inTransaction)
        for (const undo of ["ROLLBACK TO", "RELEASE"]) database.statement(`${undo} ${name}`).run();
      rewind(sizes);
      throw error;
    } finally {
      depth--;
    }
  };

  const deliver = () => {
    if (isDelivering) return;
    isDelivering = true;
    for (let next = deliveries.shift(); next; next = deliveries.shift()) attempt(next, onFault);
    isDelivering = false;
  };

  return {
    atomically: (boundary, work) => {
      if (depth > 0) return nested(work);
      const result = outermost(work, boundary);
      deliver();
      return result;
    },
    jointly: (work) => (depth > 0 ? nested(work) : outermost(work)),
    get isActive() {
      return depth > 0;
    },
    queue: ({ deliver: deliverItems, drop = () => {} }) => {
      const queue = createQueue(deliverItems, drop, onFault);
      queues.push(queue);
      return (item) => (depth > 0 ? queue.add(item) : deliverItems([item]));
    },
  };
}

function createQueue<T>(
  deliver: (items: T[]) => void,
  drop: (item: T) => void,
  onFault: (error: unknown) => void,
): Queue & { add(item: T): void } {
  let items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    add: (item) => void items.push(item),
    commit: () => {
      const taken = items;
      items = [];
      return () => deliver(taken);
    },
    rewind: (size) =>
      items
        .splice(size)
        .toReversed()
        .forEach((item) => attempt(() => drop(item), onFault)),
  };
}

/** A transaction cannot wait: what comes after an `await` would run outside of it. */
function settled<T>(result: T): T {
  if (typeof result === "object" && result !== null && "then" in result)
    throw new TypeError("The work of a transaction must not be async.");
  return result;
}

export function attempt(work: () => void, onFault: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    onFault(error);
  }
}
