import { setImmediate } from "node:timers/promises";
import type { Failpoint } from "../../lib/ports/failpoint.ts";
import { Crash, createLife, type Life } from "./life.ts";
import type { Random } from "./draws/random.ts";
import { createReach, type Trouble } from "./world/reach.ts";
import { openServer, type Server } from "./server.ts";
import type { Stage } from "./stage.ts";

/** The runs of the server on one data folder, one after another. */
export interface Lives {
  /** The one that serves; undefined between two. */
  readonly current: Server | undefined;
  readonly count: number;
  start(): void;
  /** Ends the current one as `kill -9` would; or its loops go on, as those of a process that was only thought dead. */
  end(): void;
  /** Ends it as it should. Rejects where that goes wrong; then it has died. */
  stop(graceMs: number): Promise<void>;
  /** What is left of former runs is gone for good. */
  bury(): void;
  /** Lets go of everything: what waits would be kept for ever. */
  close(): Promise<void>;
}

export interface LivesParts {
  stage: Stage;
  dataDir: string;
  /** For ids: they come from somewhere else than what happens. */
  random: Random;
  trouble(): Trouble | undefined;
  onCommit(point: Failpoint): void;
  checkApproval(command: string): void;
}

const failpointsMax = 120;
const crashesMax = 3;

export function createLives(parts: LivesParts): Lives {
  const { stage } = parts;
  const opened: Server[] = [];
  let current: Server | undefined;
  let count = 0;

  const draw = (): Life => {
    const life = createLife(++count, stage);
    const { random, faults } = stage;
    life.checkApproval = parts.checkApproval;
    life.isLeftOver = random.chance(0.3);
    if (!faults.areOver && count <= crashesMax && random.chance(0.5))
      life.passagesLeft = random.below(failpointsMax);
    return life;
  };
  const start = () => {
    const life = draw();
    try {
      const server = openServer({ ...parts, life, reach: createReach({ ...parts, life }) });
      opened.push(server);
      current = server;
      server.core.start();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  };
  const end = (life: Life) => {
    life.isOver = true;
    stage.time.forget(life);
  };
  return {
    get current() {
      return current;
    },
    get count() {
      return count;
    },
    start,
    end: () => {
      const life = current?.life;
      current = undefined;
      if (life === undefined) return;
      life.isOver = true;
      if (life.isLeftOver) stage.faults.count("loop left over");
      else end(life);
    },
    stop: async (graceMs) => {
      const server = current;
      if (server === undefined) return;
      await server.stop(graceMs);
      server.life.isLeftOver = false;
    },
    bury: () => {
      for (const { life } of opened) {
        if (life === current?.life) continue;
        life.isLeftOver = false;
        end(life);
      }
    },
    close: async () => {
      for (const { life, core } of opened) {
        life.isOver = true;
        life.isLeftOver = false;
        stage.time.forget(life);
        core.stop(0).catch(() => {}); // It finds nothing to write to.
      }
      for (let round = 0; round < 3; round++) {
        await quiet();
        stage.time.pass();
      }
      await quiet();
      for (const { storage } of opened) storage.close();
    },
  };
}

/** Until nothing moves any more but by a choice. A chain of turns of the event loop is never longer. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
