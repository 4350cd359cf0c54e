import { boundaries, type Boundary, effects, type Failpoint } from "../../../lib/ports/failpoint.ts";
import type { Hand } from "../host/hand.ts";
import type { SceneName } from "../scenes/index.ts";

/** What a run of the server must bring so that a failpoint is passed in it. */
export interface Aim {
  /** Which load passes it. */
  scene: SceneName;
  /** When: in the first run of a folder, under load, in a start that finds work left behind, or in a clean stop. */
  stage: "first" | "load" | "recovery" | "stop";
  /** So many passages are sure to happen; which of them kills is left to chance. */
  passages: number;
  /** Ms after the first answer until which it is passed, where that is a matter of time. */
  withinMs?: number;
  /** Only in a folder that an older release filled long ago. */
  isOlder?: boolean;
  /** What is done to the folder before, in place of time that would have to pass. */
  hand?: Hand;
}

type Deed = (typeof effects)[number];

const load = (scene: SceneName, passages = 1): Aim => ({ scene, stage: "load", passages });
const recovery = (scene: SceneName, hand?: Hand): Aim => ({
  scene,
  stage: "recovery",
  passages: 1,
  ...(hand && { hand }),
});

/** The upkeep of the log comes 5 s after there is something to do. */
const upkeepBeginsMs = 5500;
/** And 5 s later for what came meanwhile. */
export const upkeepMs = 2 * upkeepBeginsMs;

/** Complete, or it does not compile: whoever adds a failpoint says here how it is reached. */
const aims: Record<Boundary | Deed, Aim> = {
  "request.change": load("profiles", 4),
  "request.begin": load("toolRuns", 2),
  "request.commit": load("uploads", 2),
  "requests.prune": recovery("speech", "age-requests"),
  "task.begin": load("speech"),
  "task.recover": recovery("speech"),
  "task.note-stop": { scene: "speech", stage: "stop", passages: 1 },
  "task.complete": load("speech"),
  "task.close": load("failures"),
  "messages.take-up": load("speech", 2),
  "message.begin": load("speech", 2),
  "turn.commit": load("files", 3),
  "call.start": load("files", 4),
  "call.record-outcome": load("files", 4),
  "results.deliver": load("files", 2),
  "status.tell": load("failures"),
  "action.ask": load("approvals", 2),
  "action.resolve": recovery("approvals", "age-actions"),
  "host.ask": load("hosts"),
  "host.deny": load("hosts"),
  "tool-run.submit": load("toolRuns"),
  "workspace.update": load("speech"),
  "variables.change": load("deletions", 2),
  "deltas.write": load("speech", 10),
  "log.compact": { ...load("speech"), withinMs: upkeepBeginsMs + 2000 },
  "log.prune": { ...load("speech"), withinMs: upkeepBeginsMs + 2000, isOlder: true },
  "storage.opened": recovery("speech"),
  "migration.prepared": { scene: "speech", stage: "first", passages: 3 },
  "migration.committed": { scene: "speech", stage: "first", passages: 3 },
  "attachment.written": load("uploads", 2),
  "attachment.kept": load("uploads", 2),
  "tool.acted": load("files", 4),
  "command.started": load("commands", 2),
  "file.written": load("files", 2),
  "file.renamed": load("files", 2),
  "clone.moved": load("clones"),
  "recovery.begun": recovery("speech"),
  "recovery.done": recovery("speech"),
};

export function aimAt(point: Failpoint): Aim {
  const name = [...boundaries, ...effects].find((known) => point === known || point.startsWith(`${known}.`));
  if (name === undefined) throw new Error(`No aim for ${point}.`);
  return aims[name];
}
