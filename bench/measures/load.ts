import { pause } from "../monotonic.ts";
import { cpuSeconds, memoryMb, peakMemoryMb } from "../targets/process.ts";
import { quantile } from "../quantile.ts";
import { repeat } from "../repeat.ts";
import type { RunningTarget } from "../targets/target.ts";
import { takeTurn } from "./turn.ts";

type Load = { sessions: 1; tokens: 500 } | { sessions: 20; tokens: 250 };

export async function stream(target: RunningTarget, { sessions, tokens }: Load): Promise<number[]> {
  const ids = await repeat(sessions, () => target.createSession());
  for (const id of ids) await takeTurn(target, id, "stream-5-0"); // Warms up.
  const cpuBefore = cpuSeconds(target.pid);
  const turns = await Promise.all(ids.map((id) => takeTurn(target, id, `stream-${tokens}-50`)));
  const cpu = cpuSeconds(target.pid) - cpuBefore;
  const delays = turns.flatMap((turn) => turn.delays);
  return [quantile(delays, 0.95), (cpu / (sessions * tokens)) * 1000];
}

export async function unthrottled(target: RunningTarget): Promise<number[]> {
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

export async function toolTurn(target: RunningTarget): Promise<number[]> {
  await takeTurn(target, await target.createSession(), "tools-20"); // Warms up.
  const { wholeMs } = await takeTurn(target, await target.createSession(), "tools-20");
  return [wholeMs / 20];
}

/** Twenty at a time, so that the limit on running tasks is not reached. */
export async function manySessions(target: RunningTarget): Promise<number[]> {
  const rest = await repeat(200, () => target.createSession());
  const work = async () => {
    for (let id = rest.pop(); id !== undefined; id = rest.pop()) await takeTurn(target, id, "stream-200-0");
  };
  await Promise.all(Array.from({ length: 20 }, work));
  const peak = peakMemoryMb(target.pid);
  await pause(5000);
  return [peak, memoryMb(target.pid)];
}
