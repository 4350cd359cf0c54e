/**
 * Names of transactions: each outermost transaction has one. A kill before, inside or after one of them leaves every
 * state on disk that a kill can leave, so tests end the process at these points.
 */
export const boundaries = [
  "request.change",
  "request.begin",
  "request.commit",
  "requests.prune",
  "task.begin",
  "task.recover",
  "task.note-stop",
  "task.complete",
  "task.close",
  "messages.take-up",
  "message.begin",
  "turn.commit",
  "call.start",
  "call.record-outcome",
  "results.deliver",
  "status.tell",
  "action.ask",
  "action.resolve",
  "host.ask",
  "host.deny",
  "tool-run.submit",
  "workspace.update",
  "variables.change",
  "deltas.write",
  "log.compact",
  "log.prune",
] as const;

export type Boundary = (typeof boundaries)[number];

/** Before SQLite takes the lock; with everything written but not committed; after the commit, before listeners are called. */
export const phases = ["begins", "prepared", "committed"] as const;

/** Effects outside of the database that are done and not on record yet. */
export const effects = [
  "storage.opened",
  "migration.prepared",
  "migration.committed",
  "attachment.written",
  "attachment.kept",
  "tool.acted",
  "command.started",
  "file.written",
  "file.renamed",
  "clone.moved",
  "recovery.begun",
  "recovery.done",
] as const;

export type Failpoint = `${Boundary}.${(typeof phases)[number]}` | (typeof effects)[number];

export const failpoints: readonly Failpoint[] = [
  ...boundaries.flatMap((boundary) => phases.map((phase) => `${boundary}.${phase}` as const)),
  ...effects,
];

/** Called at each failpoint. In production it does nothing. A test ends the process there, or throws an error of the disk or database. */
export type ReachFailpoint = (point: Failpoint) => void;

export const ignoreFailpoints: ReachFailpoint = () => {};

/** One passage through a failpoint, counted from 1: `turn.commit.prepared@2`. */
export interface FailpointTarget {
  point: Failpoint;
  passage: number;
}

export function parseFailpointTarget(text: string): FailpointTarget | undefined {
  const [name, passage = "1", ...rest] = text.split("@");
  const point = failpoints.find((known) => known === name);
  if (point === undefined || rest.length > 0 || !/^[1-9]\d{0,5}$/.test(passage)) return undefined;
  return { point, passage: Number(passage) };
}

/** Calls `strike` at one passage through one failpoint. */
export function triggerAt(target: FailpointTarget | undefined, strike: () => void): ReachFailpoint {
  if (target === undefined) return ignoreFailpoints;
  let passages = 0;
  return (point) => {
    if (point === target.point && ++passages === target.passage) strike();
  };
}
