import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Follower } from "../support/clients/follower.ts";
import { type Asker, createAsker } from "./asker.ts";
import { makeOlderFolder } from "./host/hand.ts";
import { createHost, type Host } from "./host/host.ts";
import type { Life, Schedule } from "./plan/plan.ts";
import { ownPort } from "./host/ports.ts";
import { createRandom } from "./plan/random.ts";
import { scenes } from "./scenes/index.ts";
import { createVisit } from "./visit.ts";

/** Where one schedule is played: a folder, its server, and the clients that come and stay through all its lives. */
export interface Stage {
  host: Host;
  asker: Asker;
  /** Of each session, whoever follows it. */
  followers: Map<string, Follower[]>;
  /** Lets the load of a life in; settles when what it wanted is done, in whichever life. */
  receive(life: Life): Promise<void>;
  /** All visits so far are over. From now on they have so many ms. */
  finish(withinMs: number): Promise<void>;
  /** What went wrong for the visitors: what nobody may answer or do, and what they waited for in vain. */
  faults: string[];
  unfinished: string[];
}

export async function setStage({ seed, index, lives, olderSchema }: Schedule): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-kill-"));
  const host = createHost(folder, await ownPort());
  if (olderSchema !== undefined) makeOlderFolder(host.dataDir, olderSchema);
  const time = createTimeKeeper();
  const random = createRandom(`${seed} ${index} asked`);
  const asker = createAsker({ caller: host, random, checkTime: time.check });
  const followers: Stage["followers"] = new Map();
  const faults: string[] = [];
  const unfinished: string[] = [];
  const visits: Promise<void>[] = [];

  const admit = (life: Life, place: number): Promise<void> => {
    const scene = life.wave[place] ?? "speech";
    const name = `k${index}l${lives.indexOf(life)}v${place}`;
    const parts = { host, asker, name, followers, checkTime: time.check };
    const visit = createVisit({ ...parts, random: createRandom(`${seed} ${name}`) });
    return scenes[scene](visit).catch((error: unknown) => {
      if (error instanceof TimeIsOver) unfinished.push(`${scene} ${name}: ${error.message}`);
      else faults.push(`${scene} ${name}: ${inWords(error)}`);
    });
  };

  return {
    host,
    asker,
    followers,
    faults,
    unfinished,
    receive: async (life) => {
      const admitted = life.wave.map((_, place) => admit(life, place));
      visits.push(...admitted);
      await Promise.all(admitted);
    },
    finish: async (withinMs) => {
      time.limit(withinMs);
      await Promise.all(visits);
    },
  };
}

export function inWords(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

class TimeIsOver extends Error {}

/** While the server is being killed nobody can say how long something takes; afterwards there is a limit. */
function createTimeKeeper() {
  let end = Infinity;
  return {
    limit: (ms: number) => void (end = performance.now() + ms),
    check: (waitingFor: string) => {
      if (performance.now() > end) throw new TimeIsOver(`waited in vain until ${waitingFor}`);
    },
  };
}
