import type { Clock } from "../../../lib/ports/clock.ts";
import type { TimerSource } from "../../../lib/ports/clock.ts";

/** Anything that waits: for a time, or for its turn. Its owner is a run of the server, or the world itself. */
export interface Waiting {
  label: string;
  owner: object;
  go(): void;
}

interface Timer extends Waiting {
  /** Virtual milliseconds since the beginning. */
  at: number;
}

/** Time and turns of one world: nothing moves on until it is told to. */
export interface Time {
  /** The time that a run of the server sees. */
  clock(owner: object): Clock;
  timing(owner: object): TimerSource;
  /** Waits until it is chosen. Rejects with the signal's reason when that is aborted first. */
  turn(owner: object, label: string, signal?: AbortSignal): Promise<void>;
  /** Who waits for a turn. */
  readonly turns: readonly Waiting[];
  take(waiting: Waiting): void;
  /** The next timer goes off, at its time. False when there is none. */
  pass(): boolean;
  /** Drops all that a life waits for. */
  forget(owner: object): void;
  /** Sets the clock of the host; timers do not care. */
  jump(ms: number): void;
  readonly elapsedMs: number;
  readonly wallMs: number;
}

const beginning = Date.UTC(2026, 0, 1);

export function createTime(): Time {
  let elapsedMs = 0;
  let jumpedMs = 0;
  let timers: Timer[] = [];
  let turns: Waiting[] = [];

  const drop = (waiting: Waiting) => {
    turns = turns.filter((other) => other !== waiting);
    timers = timers.filter((other) => other !== waiting);
  };
  const addTimer = (timer: Timer) => {
    const place = timers.findIndex(({ at }) => at > timer.at);
    timers.splice(place < 0 ? timers.length : place, 0, timer);
    return () => drop(timer);
  };
  const waitFor = (signal: AbortSignal | undefined, enter: (go: () => void) => () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const leave = enter(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      const onAbort = () => {
        leave();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  const wallMs = () => beginning + Math.floor(elapsedMs) + jumpedMs;

  return {
    clock: (owner) => ({
      now: wallMs,
      elapsed: () => elapsedMs,
      sleep: (ms, signal) =>
        waitFor(signal, (go) => addTimer({ label: `${ms} ms`, owner, at: elapsedMs + ms, go })),
    }),
    timing: (owner) => ({
      now: () => elapsedMs,
      schedule: (ms, go) => addTimer({ label: "deltas", owner, at: elapsedMs + Math.max(0, ms), go }),
    }),
    turn: (owner, label, signal) =>
      waitFor(signal, (go) => {
        const waiting = { label, owner, go };
        turns.push(waiting);
        return () => drop(waiting);
      }),
    get turns() {
      return turns;
    },
    take: (waiting) => {
      drop(waiting);
      waiting.go();
    },
    pass: () => {
      const next = timers.shift();
      if (next === undefined || next.at === Infinity) return false;
      elapsedMs = Math.max(elapsedMs, next.at);
      next.go();
      return true;
    },
    forget: (owner) => {
      timers = timers.filter((timer) => timer.owner !== owner);
      turns = turns.filter((turn) => turn.owner !== owner);
    },
    jump: (ms) => (jumpedMs += ms),
    get elapsedMs() {
      return elapsedMs;
    },
    get wallMs() {
      return wallMs();
    },
  };
}
