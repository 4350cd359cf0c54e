import { AppError } from "../../../lib/errors.ts";
import type { Failpoint, ReachFailpoint } from "../../../lib/ports/failpoint.ts";
import { Crash, type Life } from "../life.ts";
import type { Stage } from "../stage.ts";

/** Storage that refuses everything for a while. */
export interface Trouble {
  code: "busy" | "storage-full";
  /** Virtual milliseconds. */
  untilMs: number;
}

export interface ReachParts {
  life: Life;
  stage: Stage;
  trouble: () => Trouble | undefined;
  /** Hears of each commit. */
  onCommit(point: Failpoint): void;
}

/** What may happen at a failpoint: the end of this run, or a database that refuses. */
export function createReach({ life, stage, trouble, onCommit }: ReachParts): ReachFailpoint {
  const { trace, faults, time, random } = stage;
  return (point) => {
    if (life.isOver && !life.isLeftOver) throw new Crash("This life is over.");
    trace.say(`    ${life.number} ${point}`);
    if (point.endsWith(".committed")) onCommit(point);
    if (!life.isOver && life.passagesLeft !== undefined && life.passagesLeft-- === 0) {
      faults.count("crash at a failpoint");
      life.isOver = true;
      if (!life.isLeftOver) throw new Crash(`Killed at ${point}.`);
    }
    const now = trouble();
    const canRefuse = point.endsWith(".begins") || point.endsWith(".prepared");
    if (!canRefuse || now === undefined || time.elapsedMs >= now.untilMs || random.chance(0.2)) return;
    faults.count(now.code === "busy" ? "database locked" : "storage full");
    throw new AppError(now.code, "The simulation says so.", { retryAfterSeconds: 1 });
  };
}
