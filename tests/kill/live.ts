import { setTimeout as pause } from "node:timers/promises";
import type { Follower } from "../support/clients/follower.ts";
import { lendHand } from "./host/hand.ts";
import type { Ended } from "./host/host.ts";
import type { Ending, Life } from "./plan/plan.ts";
import type { Stage } from "./stage.ts";

/** How a life really ended. */
export interface Lived {
  life: Life;
  /** To the first answer; undefined when it ended before. */
  bootMs: number | undefined;
  /** At its failpoint; from outside with SIGKILL; or cleanly. */
  end: "failpoint" | "kill" | "stop";
  isReached: boolean;
  /** What should not have happened. */
  fault: string | undefined;
}

/** A failpoint that is not passed within this is not reached. */
const patienceMs = 10_000;
/** A stop may take its grace, 3 s for what is cut, and a little. */
const stopSlackMs = 4500;

/** One run of the server from its start to its end. */
export async function live(stage: Stage, life: Life): Promise<Lived> {
  const { host } = stage;
  const { ending } = life;
  if (life.hand) lendHand(host.dataDir, life.hand);
  const target = "target" in ending ? ending.target : undefined;
  host.begin({ target, graceMs: ending.by === "stop" ? ending.graceMs : 200 });
  const visits = stage.receive(life);
  const boot = host.up();
  const wasKilled = await end(stage, ending, { visits, boot });
  const ended = await host.gone();
  const isReached = target !== undefined && ended.signal === "SIGKILL" && !wasKilled;
  return {
    life,
    bootMs: await boot,
    end: isReached ? "failpoint" : wasKilled ? "kill" : "stop",
    isReached,
    fault: isReached || wasKilled ? undefined : faultOf(ending, ended, host.said()),
  };
}

interface Under {
  visits: Promise<void>;
  boot: Promise<number | undefined>;
}

/** Ends the life as planned. True when it was SIGKILL from outside. */
async function end(stage: Stage, ending: Ending, { visits, boot }: Under): Promise<boolean> {
  const { host } = stage;
  const kill = () => {
    if (!host.isAlive) return false;
    host.signal("SIGKILL");
    return true;
  };
  const gone = host.gone();
  switch (ending.by) {
    case "failpoint": {
      const least = () => pause((ending.withinMs ?? 0) + 50);
      const bored = boot.then(() => Promise.race([Promise.all([visits, least()]), pause(patienceMs)]));
      await Promise.race([gone, bored]);
      return kill();
    }
    case "kill":
      await Promise.race([gone, pause(ending.afterMs)]);
      return kill();
    case "kill-at":
      await Promise.race([gone, boot.then(() => isMidway(stage, ending.while))]);
      return kill();
    case "stop": {
      await Promise.race([gone, boot.then(() => pause(ending.afterMs))]);
      host.signal("SIGTERM");
      await Promise.race([gone, pause(ending.killAfterMs ?? ending.graceMs + stopSlackMs)]);
      return kill();
    }
  }
}

/** The agent is in the middle of it, and somebody has heard so; or it takes too long, which ends the waiting as well. */
async function isMidway({ followers }: Stage, what: "speaking" | "asking"): Promise<void> {
  const end = performance.now() + patienceMs;
  const isIt = ({ state }: Follower) =>
    what === "asking"
      ? state.actions.length > 0
      : Boolean(state.streaming?.text || state.streaming?.reasoning);
  while (![...followers.values()].flat().some(isIt) && performance.now() < end) await pause(5);
}

/** A life that ended by itself did so cleanly, after SIGTERM. */
function faultOf(ending: Ending, { code, signal }: Ended, said: string): string | undefined {
  if (ending.by === "stop" && code === 0) return undefined;
  return `A life that should end by ${ending.by} ended with ${code ?? signal}. It said:\n${said.slice(-1500)}`;
}
