import { setTimeout as pause } from "node:timers/promises";
import { follow } from "../support/clients/follower.ts";
import { upkeepMs } from "./plan/aims.ts";
import { asFollowed, countEffects, readRows, readStored } from "./collect.ts";
import { live, type Lived } from "./live.ts";
import { orphansOf } from "./host/orphans.ts";
import type { Outcome } from "./report/outcome.ts";
import type { Schedule } from "./plan/plan.ts";
import { inWords, setStage, type Stage } from "./stage.ts";

export interface Played {
  schedule: Schedule;
  folder: string;
  lives: Lived[];
  /** Undefined when the schedule could not be played to its end; the faults say why. */
  outcome: Outcome | undefined;
  faults: readonly string[];
  /** Requests that were answered with success. */
  acknowledged: number;
  /** Ms each, of every life that came to answer. */
  bootsMs: number[];
  tookMs: number;
  /** The last words of the servers. */
  said: string;
}

/** After the last fault everything must have come to its end within this. */
const endsWithinMs = 25_000;

/** Plays a schedule in a folder of its own, which stays. */
export async function play(schedule: Schedule): Promise<Played> {
  const startedAt = performance.now();
  const stage = await setStage(schedule);
  const lives: Lived[] = [];
  let ending: { outcome: Outcome; bootMs: number } | undefined;
  try {
    for (const life of schedule.lives) lives.push(await live(stage, life));
    ending = await lastLife(stage, schedule);
  } catch (error) {
    stage.faults.push(inWords(error));
  }
  await stage.finish(0);
  await stopFollowing(stage);
  await stage.host.stop();
  const faults = [...lives.flatMap(({ fault }) => fault ?? []), ...stage.faults];
  return {
    schedule,
    folder: stage.host.folder,
    lives,
    outcome: ending?.outcome,
    faults,
    acknowledged: stage.asker.asked.filter(({ status }) => status < 300).length,
    bootsMs: [...lives.map(({ bootMs }) => bootMs), ending?.bootMs].filter((ms) => ms !== undefined),
    tookMs: performance.now() - startedAt,
    said: stage.host.said(),
  };
}

/** Nothing goes wrong any more: all that was begun ends, and then it is written down what there is. */
async function lastLife(
  stage: Stage,
  { olderSchema, isLong }: Schedule,
): Promise<{ outcome: Outcome; bootMs: number }> {
  const { host, asker, unfinished } = stage;
  host.begin();
  const bootMs = await host.up();
  if (bootMs === undefined)
    throw new Error(`The last run did not start. It said:\n${host.said().slice(-1500)}`);
  await stage.finish(endsWithinMs);
  if (isLong) await pause(upkeepMs);
  const left = await orphansOf(host.folder, { except: [host.pid], withinMs: 2500 });
  await workspacesAreSettled(host);
  const followed = await followedToTheEnd(stage);
  const stored = await readStored(host, asker.asked);
  await stage.finish(endsWithinMs);
  await asker.replay();
  const after = await readStored(host, asker.asked);
  if (after.sessions.length !== stored.sessions.length)
    stage.faults.push("Asking everything again made sessions.");
  await stopFollowing(stage);
  await stopCleanly(stage);
  left.push(...(await orphansOf(host.folder, { except: [], withinMs: 1000 })));
  const wasOlder = olderSchema !== undefined;
  const world = {
    wasOlder,
    rows: readRows(host.dataDir),
    effects: countEffects(host.dataDir),
  };
  return { bootMs, outcome: { asked: asker.asked, ...after, followed, ...world, left, unfinished } };
}

/** What makes a workspace goes on beside the tasks, and tells its sessions when it has. */
async function workspacesAreSettled(host: Stage["host"]): Promise<void> {
  const isCloning = async () => {
    const { body } = await host.call("listWorkspaces", { query: { limit: 200 } });
    return body.items.some(({ state }) => state === "cloning");
  };
  for (const end = performance.now() + endsWithinMs; (await isCloning()) && performance.now() < end;)
    await pause(10);
}

/** Who was there all along, and for each session one who comes late and folds the log as it is now. */
async function followedToTheEnd({ host, followers }: Stage): Promise<Outcome["followed"]> {
  const { body } = await host.call("listSessions", { query: { limit: 200 } });
  const all = body.items.flatMap(({ id }) => {
    const late = follow(host, id);
    const early = followers.get(id) ?? [];
    followers.set(id, [...early, late]);
    return [
      ...early.map((follower) => ({ id, follower, isLate: false })),
      { id, follower: late, isLate: true },
    ];
  });
  const ends = new Map(body.items.map(({ id, lastEventId }) => [id, lastEventId]));
  const isBehind = () =>
    all.some(({ id, follower: { state } }) => state.gap === null && state.lastEventId !== ends.get(id));
  const end = performance.now() + 5000;
  while (isBehind() && performance.now() < end) await pause(10);
  return Promise.all(
    all.map(({ id, follower, isLate }) => asFollowed(host, follower, { sessionId: id, isLate })),
  );
}

/** Those of a session that is gone were told so. */
async function stopFollowing({ followers }: Stage): Promise<void> {
  const all = [...followers.values()].flat();
  followers.clear();
  await Promise.all(all.map((follower) => follower.stop().catch(() => {})));
}

async function stopCleanly({ host, faults }: Stage): Promise<void> {
  host.signal("SIGTERM");
  const ended = await Promise.race([host.gone(), pause(6000)]);
  if (ended?.code !== 0) faults.push(`SIGTERM ended an idle server with ${JSON.stringify(ended)}.`);
}
