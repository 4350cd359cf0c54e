import { type Failpoint, failpoints, type FailpointTarget } from "../../../lib/ports/failpoint.ts";
import { type Aim, aimAt } from "./aims.ts";
import type { Hand } from "../host/hand.ts";
import { createRandom, type Random } from "./random.ts";
import { type SceneName, scenes } from "../scenes/index.ts";

/** How a run of the server ends. */
export type Ending =
  /** By its own hand, at a failpoint. */
  | { by: "failpoint"; target: FailpointTarget; withinMs?: number }
  /** SIGKILL from outside, so long after the start of the process: the first of them cut the start itself. */
  | { by: "kill"; afterMs: number }
  /** SIGKILL while the agent speaks or somebody is asked, so that the next run finds something to take up. */
  | { by: "kill-at"; while: "speaking" | "asking" }
  /** SIGTERM; with a target the stop is killed at a failpoint, with `killAfterMs` from outside. */
  | { by: "stop"; afterMs: number; graceMs: number; target?: FailpointTarget; killAfterMs?: number };

export interface Life {
  ending: Ending;
  /** Load that comes with this run; what earlier runs brought goes on. */
  wave: SceneName[];
  /** Done to the folder before. */
  hand?: Hand;
  isRecovery: boolean;
}

/** What happens to one folder: lives that end badly, then one in which nothing goes wrong. */
export interface Schedule {
  index: number;
  seed: string;
  /** The schema the folder is of at first; undefined: there is none. */
  olderSchema?: number;
  lives: Life[];
  /** The last run goes on until its upkeep has come, so that late readers find a shortened log. */
  isLong: boolean;
  aims: Failpoint[];
}

const names = Object.keys(scenes) as [SceneName, ...SceneName[]];
const half = Math.ceil(failpoints.length / 2);

/** Schedules that aim at each failpoint at least once. */
export const fullRound = half;

/** The same for the same seed and number. Each schedule aims at two failpoints, so that every half of their number meets all. */
export function planSchedule(seed: string, index: number): Schedule {
  const random = createRandom(`${seed} ${index}`);
  const aims = [failpoints[index % half], failpoints[half + (index % half)]]
    .filter((point) => point !== undefined)
    .toSorted((one, other) => stages.indexOf(aimAt(one).stage) - stages.indexOf(aimAt(other).stage));
  const lives = aims.flatMap((point, place) => [
    ...livesFor(point, random, place === 0),
    ...(random.chance(0.35) ? [cutRecovery(random)] : []),
  ]);
  if (random.chance(0.2)) lives.push(stopped(random));
  return { index, seed, ...olderFolder(aims, random), lives, isLong: random.chance(0.1), aims };
}

const stages: Aim["stage"][] = ["first", "load", "recovery", "stop"];

function livesFor(point: Failpoint, random: Random, isFirst: boolean): Life[] {
  const aim = aimAt(point);
  const passage = random.chance(0.4) ? 1 : random.between(1, aim.passages);
  const target = { point, passage };
  const wave = waveOf(aim.scene, random);
  const isRecovery = !isFirst;
  switch (aim.stage) {
    case "first":
    case "load":
      return [
        {
          wave,
          ending: { by: "failpoint", target, ...(aim.withinMs && { withinMs: aim.withinMs }) },
          isRecovery,
        },
      ];
    case "recovery":
      return [
        {
          wave,
          ending: { by: "kill-at", while: aim.scene === "approvals" ? "asking" : "speaking" },
          isRecovery,
        },
        {
          wave: [],
          ending: { by: "failpoint", target },
          isRecovery: true,
          ...(aim.hand && { hand: aim.hand }),
        },
      ];
    case "stop": {
      const ending = { by: "stop", afterMs: random.between(150, 500), graceMs: 50, target } as const;
      return [{ wave, ending, isRecovery }];
    }
  }
}

function waveOf(scene: SceneName, random: Random): SceneName[] {
  return [scene, random.pick(names), ...(random.chance(0.4) ? [random.pick(names)] : [])];
}

function cutRecovery(random: Random): Life {
  return { wave: [], ending: { by: "kill", afterMs: random.between(30, 900) }, isRecovery: true };
}

function stopped(random: Random): Life {
  const killed = random.chance(0.3) ? { killAfterMs: random.between(0, 100) } : {};
  const ending = {
    by: "stop",
    afterMs: random.between(0, 500),
    graceMs: random.between(0, 300),
    ...killed,
  } as const;
  return { wave: [random.pick(names)], ending, isRecovery: true };
}

/** Some folders were made by an older release, of the first schema, with rows in them. */
function olderFolder(aims: Failpoint[], random: Random): { olderSchema?: number } {
  const mustBe = aims.some((point) => aimAt(point).isOlder);
  const mayBe = random.chance(aims.some((point) => aimAt(point).stage === "first") ? 0.5 : 0.15);
  return mustBe || mayBe ? { olderSchema: 1 } : {};
}
