import { lostDeltas, orphans } from "./faults.ts";
import { createSessions, firstTokenAgain, firstTokenNew, startAndIdle } from "./latency.ts";
import { manySessions, stream, toolTurn, unthrottled } from "./load.ts";
import { commandOverhead } from "./sandbox.ts";
import type { RunningTarget } from "../targets/target.ts";

export interface Figure {
  name: string;
  unit: string;
  /** The value to reach; smaller is better. */
  aim: number;
}

/** A procedure that runs once on a fresh server, and the figures it yields. */
export interface Measure {
  figures: Figure[];
  /** One value for each figure. */
  run(target: RunningTarget): Promise<number[]>;
  /** After this the run is given up. */
  limitMs: number;
}

export const measures: Measure[] = [
  {
    figures: [
      { name: "start to healthy", unit: "ms", aim: 250 },
      { name: "idle memory", unit: "MB", aim: 110 },
    ],
    run: startAndIdle,
    limitMs: 15_000,
  },
  {
    figures: [{ name: "session create, p50", unit: "ms", aim: 1 }],
    run: createSessions,
    limitMs: 30_000,
  },
  {
    figures: [{ name: "first token, running session, p50", unit: "ms", aim: 12 }],
    run: firstTokenAgain,
    limitMs: 60_000,
  },
  {
    figures: [{ name: "first token, new session, p50", unit: "ms", aim: 12 }],
    run: firstTokenNew,
    limitMs: 60_000,
  },
  {
    figures: [
      { name: "added per token, 1 session, p95", unit: "ms", aim: 4 },
      { name: "CPU per 1,000 tokens, 1 session", unit: "s", aim: 0.3 },
    ],
    run: (target) => stream(target, { sessions: 1, tokens: 500 }),
    limitMs: 60_000,
  },
  {
    figures: [
      { name: "added per token, 20 sessions, p95", unit: "ms", aim: 20 },
      { name: "CPU per 1,000 tokens, 20 sessions", unit: "s", aim: 0.15 },
    ],
    run: (target) => stream(target, { sessions: 20, tokens: 250 }),
    limitMs: 60_000,
  },
  {
    figures: [{ name: "5,000 tokens unthrottled", unit: "ms", aim: 200 }],
    run: unthrottled,
    limitMs: 60_000,
  },
  {
    figures: [{ name: "tool turn beyond the tool", unit: "ms", aim: 10 }],
    run: toolTurn,
    limitMs: 60_000,
  },
  {
    figures: [{ name: "sandboxed command beyond a bare one, p50", unit: "ms", aim: 15 }],
    run: commandOverhead,
    limitMs: 60_000,
  },
  {
    figures: [
      { name: "200 sessions of 200 tokens, peak memory", unit: "MB", aim: 200 },
      { name: "the same, 5 s later", unit: "MB", aim: 150 },
    ],
    run: manySessions,
    limitMs: 120_000,
  },
  {
    figures: [{ name: "deltas of 300 lost in a 500 ms reconnect", unit: "", aim: 0 }],
    run: lostDeltas,
    limitMs: 30_000,
  },
  {
    figures: [{ name: "commands that outlive SIGTERM", unit: "", aim: 0 }],
    run: orphans,
    limitMs: 60_000,
  },
];
