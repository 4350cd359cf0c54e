import { hasEnded } from "../../lib/task.ts";
import { Breach } from "./audit/breach.ts";
import type { FaultKind } from "./world/faults.ts";
import type { Sabotage } from "./stage.ts";
import type { Folders } from "./world/template.ts";
import { createTrace } from "./audit/trace.ts";
import { takeStep } from "./draws/step.ts";
import { createWorld, type World } from "./world.ts";

export interface PlayOptions {
  seed: number;
  folders: Folders;
  sabotage?: Sabotage;
  print?: (line: string) => void;
}

export interface Report {
  seed: number;
  steps: number;
  /** Lives of the server that ended without a stop. */
  crashes: number;
  faults: ReadonlyMap<FaultKind, number>;
  /** Over all lines of the trace. */
  digest: string;
  /** The first thing that was not as it must be. */
  breach: { error: unknown; lastLines: readonly string[] } | undefined;
}

/** Steps in which things go wrong; after them the world has to come to rest. */
const stormSteps = 180;
const calmStepsMax = 1500;
/** Steps from one thorough look to the next. */
const thoroughEvery = 60;

/** Plays one seed to its end. */
export async function play({ seed, folders, sabotage, print }: PlayOptions): Promise<Report> {
  const trace = createTrace(print);
  const dataDir = folders.fresh();
  const world = createWorld({ seed, dataDir, trace, sabotage });
  const { faults } = world.stage;
  let steps = 0;
  let breach: Report["breach"];
  const step = async (act: () => void) => {
    trace.say(`${++steps} at ${Math.round(world.stage.time.elapsedMs)} ms`);
    act();
    await world.quiet();
    if (world.lives.current?.life.isOver && !world.isStopping) world.end();
    world.check(steps % thoroughEvery === 0);
  };
  try {
    while (steps < stormSteps) await step(() => takeStep(world));
    calm(world);
    while (!isAtRest(world)) {
      if (steps > stormSteps + calmStepsMax) throw restless(world);
      await step(() => settle(world));
    }
    world.check(true);
  } catch (error) {
    breach = { error, lastLines: [...trace.last] };
  }
  const crashes =
    (faults.counts.get("crash at a failpoint") ?? 0) + (faults.counts.get("crash between steps") ?? 0);
  const digest = trace.digest();
  await world.close();
  folders.remove(dataDir);
  return { seed, steps, crashes, faults: faults.counts, digest, breach };
}

function calm({ stage, lives, endTrouble }: World): void {
  stage.trace.say("Calm");
  stage.faults.end();
  endTrouble();
  lives.bury();
  const life = lives.current?.life;
  if (life) life.passagesLeft = undefined;
}

/** Whatever is pending goes on, oldest first; time passes when nothing else is left to do. */
function settle(world: World): void {
  const { stage, lives, clients } = world;
  const server = lives.current;
  if (server === undefined) return lives.start();
  const [turn] = stage.time.turns;
  if (turn !== undefined) return stage.time.take(turn);
  if (!world.isStopping) {
    if (clients.repeat(server) || clients.decide(server)) return;
    for (const [sessionId, readers] of world.readers)
      if (server.storage.sessions.get(sessionId) && readers.some((reader) => !reader.isConnected))
        return world.read(sessionId);
  }
  stage.time.pass();
}

function isAtRest({ lives, stage, requests, isStopping, readers }: World): boolean {
  const server = lives.current;
  if (server === undefined || isStopping || stage.time.turns.length > 0) return false;
  const hasOpen = requests.all.some((sent) => !sent.answer && !sent.refused);
  const sessions = server.storage.sessions;
  const isBehind = [...readers.values()].flat().some(({ state, sessionId }) => {
    const session = sessions.get(sessionId);
    return session !== undefined && session.lastEventId !== state.lastEventId;
  });
  return !hasOpen && !isBehind && server.storage.tasks.unfinished().length === 0;
}

function restless({ lives, requests }: World): Breach {
  const tasks = lives.current?.storage.tasks.unfinished() ?? [];
  const open = requests.all.filter((sent) => !sent.answer && !sent.refused);
  const seen = { tasks: tasks.filter((task) => !hasEnded(task)), open };
  return new Breach("every task ends once faults stop", JSON.stringify(seen));
}
