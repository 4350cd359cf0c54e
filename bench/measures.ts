import { commandSeconds } from "./model-keys.ts";
import { now, pause, within } from "./monotonic.ts";
import { cpuSeconds, isAlive, memoryMb, peakMemoryMb, processesOf } from "./process.ts";
import { quantile } from "./quantile.ts";
import type { RunningTarget } from "./target.ts";
import { startAndHear, takeTurn } from "./turn.ts";

export interface Line {
  name: string;
  unit: string;
  /** What we aim for; smaller is better. */
  aim: number;
}

/** What is done once, on a server of its own, and the figures that come of it. */
export interface Measure {
  lines: Line[];
  /** One value for each line. */
  run(target: RunningTarget): Promise<number[]>;
  /** The whole of it is given up after this. */
  limitMs: number;
}

export const measures: Measure[] = [
  {
    lines: [
      { name: "start to healthy", unit: "ms", aim: 250 },
      { name: "idle memory", unit: "MB", aim: 110 },
    ],
    run: startAndIdle,
    limitMs: 15_000,
  },
  {
    lines: [{ name: "session create, p50", unit: "ms", aim: 1 }],
    run: createSessions,
    limitMs: 30_000,
  },
  {
    lines: [{ name: "first token, running session, p50", unit: "ms", aim: 12 }],
    run: firstTokenAgain,
    limitMs: 60_000,
  },
  {
    lines: [{ name: "first token, new session, p50", unit: "ms", aim: 12 }],
    run: firstTokenNew,
    limitMs: 60_000,
  },
  {
    lines: [
      { name: "added per token, 1 session, p95", unit: "ms", aim: 4 },
      { name: "CPU per 1,000 tokens, 1 session", unit: "s", aim: 0.3 },
    ],
    run: (target) => stream(target, { sessions: 1, tokens: 500 }),
    limitMs: 60_000,
  },
  {
    lines: [
      { name: "added per token, 20 sessions, p95", unit: "ms", aim: 20 },
      { name: "CPU per 1,000 tokens, 20 sessions", unit: "s", aim: 0.15 },
    ],
    run: (target) => stream(target, { sessions: 20, tokens: 250 }),
    limitMs: 60_000,
  },
  {
    lines: [{ name: "5,000 tokens unthrottled", unit: "ms", aim: 200 }],
    run: unthrottled,
    limitMs: 60_000,
  },
  {
    lines: [{ name: "tool turn beyond the tool", unit: "ms", aim: 10 }],
    run: toolTurn,
    limitMs: 60_000,
  },
  {
    lines: [
      { name: "200 sessions of 200 tokens, peak memory", unit: "MB", aim: 200 },
      { name: "the same, 5 s later", unit: "MB", aim: 150 },
    ],
    run: manySessions,
    limitMs: 120_000,
  },
  {
    lines: [{ name: "deltas of 300 lost in a 500 ms reconnect", unit: "", aim: 0 }],
    run: lostDeltas,
    limitMs: 30_000,
  },
  {
    lines: [{ name: "commands that outlive SIGTERM", unit: "", aim: 0 }],
    run: orphans,
    limitMs: 60_000,
  },
];

async function startAndIdle(target: RunningTarget): Promise<number[]> {
  await target.createSession(); // Some servers load most of themselves at the first request.
  await pause(3000);
  return [target.startMs, memoryMb(target.pid)];
}

async function createSessions(target: RunningTarget): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < 220; count++) {
    const startedAt = now();
    await target.createSession();
    if (count >= 20) times.push(now() - startedAt);
  }
  return [quantile(times, 0.5)];
}

const warmUps = 5;

async function firstTokenAgain(target: RunningTarget): Promise<number[]> {
  const sessionId = await target.createSession();
  const turns = await repeat(25 + warmUps, () => takeTurn(target, sessionId, "stream-1-0"));
  return [
    quantile(
      turns.slice(warmUps).map(({ firstMs }) => firstMs),
      0.5,
    ),
  ];
}

async function firstTokenNew(target: RunningTarget): Promise<number[]> {
  const times = await repeat(25 + warmUps, () => startAndHear(target, "stream-1-0"));
  return [quantile(times.slice(warmUps), 0.5)];
}

type Load = { sessions: 1; tokens: 500 } | { sessions: 20; tokens: 250 };

async function stream(target: RunningTarget, { sessions, tokens }: Load): Promise<number[]> {
  const ids = await repeat(sessions, () => target.createSession());
  for (const id of ids) await takeTurn(target, id, "stream-5-0"); // Warm.
  const cpuBefore = cpuSeconds(target.pid);
  const turns = await Promise.all(ids.map((id) => takeTurn(target, id, `stream-${tokens}-50`)));
  const cpu = cpuSeconds(target.pid) - cpuBefore;
  const delays = turns.flatMap((turn) => turn.delays);
  return [quantile(delays, 0.95), (cpu / (sessions * tokens)) * 1000];
}

async function unthrottled(target: RunningTarget): Promise<number[]> {
  const sessionId = await target.createSession();
  await takeTurn(target, sessionId, "stream-100-0");
  const turns = await repeat(3, () => takeTurn(target, sessionId, "stream-5000-0"));
  return [
    quantile(
      turns.map(({ wholeMs }) => wholeMs),
      0.5,
    ),
  ];
}

async function toolTurn(target: RunningTarget): Promise<number[]> {
  await takeTurn(target, await target.createSession(), "tools-20"); // Warm.
  const { wholeMs } = await takeTurn(target, await target.createSession(), "tools-20");
  return [wholeMs / 20];
}

/** Twenty at a time, so that no limit on running tasks is met. */
async function manySessions(target: RunningTarget): Promise<number[]> {
  const rest = await repeat(200, () => target.createSession());
  const work = async () => {
    for (let id = rest.pop(); id !== undefined; id = rest.pop()) await takeTurn(target, id, "stream-200-0");
  };
  await Promise.all(Array.from({ length: 20 }, work));
  const peak = peakMemoryMb(target.pid);
  await pause(5000);
  return [peak, memoryMb(target.pid)];
}

async function lostDeltas(target: RunningTarget): Promise<number[]> {
  const sessionId = await target.createSession();
  const ended = Promise.withResolvers<void>();
  let text = "";
  const listener = {
    onText: (piece: string) => (text += piece),
    onIdle: () => {
      if (text !== "") ended.resolve();
    },
  };
  const following = await target.follow(sessionId, listener, "now");
  await target.send(sessionId, "stream-300-100");
  await pause(1000);
  await following.interrupt(500);
  await within(10_000, ended.promise, "The end of the turn");
  following.close();
  const seen = text.split(" ").filter((token) => /^\d+:\d+\.\d\d$/.test(token));
  return [300 - new Set(seen).size];
}

async function orphans(target: RunningTarget): Promise<number[]> {
  const words = ["sleep", `${commandSeconds}.${process.pid}`];
  const sessionId = await target.createSession();
  await target.send(sessionId, `command-${commandSeconds}`);
  for (let waited = 0; processesOf(...words).length === 0; waited += 50) {
    if (waited > 5000) throw new Error("The command never ran.");
    await pause(50);
  }
  await target.stop("SIGTERM");
  await pause(1000);
  const left = processesOf(...words).filter(isAlive);
  for (const pid of left) process.kill(pid, "SIGKILL");
  return [left.length];
}

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let count = 0; count < times; count++) results.push(await work());
  return results;
}
