import { now, pause } from "../monotonic.ts";
import { memoryMb } from "../targets/process.ts";
import { quantile } from "../quantile.ts";
import { repeat } from "../repeat.ts";
import type { RunningTarget } from "../targets/target.ts";
import { timeToFirstToken, takeTurn } from "./turn.ts";

export async function startAndIdle(target: RunningTarget): Promise<number[]> {
  await target.createSession(); // Some servers load most of their code at the first request.
  await pause(3000);
  return [target.startMs, memoryMb(target.pid)];
}

export async function createSessions(target: RunningTarget): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < 220; count++) {
    const startedAt = now();
    await target.createSession();
    if (count >= 20) times.push(now() - startedAt);
  }
  return [quantile(times, 0.5)];
}

const warmUps = 5;

export async function firstTokenAgain(target: RunningTarget): Promise<number[]> {
  const sessionId = await target.createSession();
  const turns = await repeat(25 + warmUps, () => takeTurn(target, sessionId, "stream-1-0"));
  return [
    quantile(
      turns.slice(warmUps).map(({ firstMs }) => firstMs),
      0.5,
    ),
  ];
}

export async function firstTokenNew(target: RunningTarget): Promise<number[]> {
  const times = await repeat(25 + warmUps, () => timeToFirstToken(target, "stream-1-0"));
  return [quantile(times.slice(warmUps), 0.5)];
}
