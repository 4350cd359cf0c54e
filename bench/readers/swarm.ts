import { createCaller } from "../targets/http-client.ts";
import { now, pause } from "../monotonic.ts";
import { cpuSeconds, peakMemoryMb } from "../targets/process.ts";
import { quantile } from "../quantile.ts";
import { repeat } from "../repeat.ts";
import type { StreamFrame } from "../../packages/shared/src/index.ts";
import type { Transport } from "./connection.ts";
import { createReader } from "./reader.ts";
import type { Reader } from "./reader.ts";

export interface SwarmOptions {
  url: string;
  key: string;
  /** Process id of the server. */
  pid: number;
  over: Transport;
  sessionIds: string[];
  readersPerSession: number;
  eventsPerSecond: number;
  /** Time before the storms, in which delays are measured. */
  calmMs: number;
  storms: number;
  /** From the moment all readers are back to the next storm. */
  betweenStormsMs: number;
}

export interface SwarmResult {
  /** Events received by all readers together. */
  deliveries: number;
  /**
   * From the event's `createdAt` to its arrival, in ms, before the storms. Both times come from the wall clock of this
   * host, in whole ms. `createdAt` is taken before the commit.
   */
  delay: { p50: number; p99: number; max: number };
  /** From the reset of a connection to the first frame of the next one, in ms. */
  back: { p50: number; p99: number; max: number };
  /** Connections that came back. */
  returns: number;
  lost: number;
  doubled: number;
  /** Share of one core, before the storms. */
  serverCpu: number;
  serverPeakMb: number;
}

type Call = ReturnType<typeof createCaller>;

/** Many readers on real connections: they open, read undisturbed, are cut again and again while events go on, and read to the end. */
export async function runSwarm(options: SwarmOptions): Promise<SwarmResult> {
  const { url, key, pid, sessionIds, calmMs } = options;
  const call = createCaller(url, { "x-api-key": key });
  const tally = createTally();
  const readers = sessionIds.flatMap((sessionId) =>
    Array.from({ length: options.readersPerSession }, () =>
      createReader({ ...options, sessionId, ...tally }),
    ),
  );
  await untilBack(readers);
  const taskIds: string[] = [];
  for (const sessionId of sessionIds) taskIds.push(await startTask(call, sessionId, options.eventsPerSecond));
  await pause(1000); // The first events are slower, because caches are cold.
  const cpuBefore = cpuSeconds(pid);
  tally.begin("delays");
  await pause(calmMs);
  tally.begin("returns");
  const serverCpu = (cpuSeconds(pid) - cpuBefore) / (calmMs / 1000);
  await repeat(options.storms, () => storm(readers, options.betweenStormsMs));
  tally.begin("nothing");
  for (const taskId of taskIds) await call("PATCH", `/v1/tasks/${taskId}`, { state: "cancelled" });
  const missing = await untilRead(call, readers);
  for (const reader of readers) reader.close();
  const sum = (of: (reader: Reader) => number) => readers.reduce((total, reader) => total + of(reader), 0);
  return {
    ...tally.result(),
    lost: sum(({ lost }) => lost) + missing,
    doubled: sum(({ doubled }) => doubled),
    serverCpu,
    serverPeakMb: peakMemoryMb(pid),
  };
}

/** Starts a task whose scripted model writes tokens for five minutes, longer than this run. */
async function startTask(call: Call, sessionId: string, tokensPerSecond: number): Promise<string> {
  const steps = [{ tokens: 300 * tokensPerSecond, tokensPerSecond }];
  const content = `\`\`\`json\n${JSON.stringify({ steps })}\n\`\`\``;
  const body = { content, settings: { model: "script@scripted" } };
  const sent = await call<{ task: { id: string } }>("POST", `/v1/sessions/${sessionId}/messages`, body);
  return sent.task.id;
}

/** Cuts half of the readers at once, and the others at a random byte of the next events. */
async function storm(readers: readonly Reader[], betweenStormsMs: number): Promise<void> {
  for (const reader of readers)
    reader.cutAfter(Math.random() < 0.5 ? 0 : 1 + Math.floor(Math.random() * 400));
  await pause(200);
  await untilBack(readers);
  await pause(betweenStormsMs);
}

async function untilBack(readers: readonly Reader[]): Promise<void> {
  for (const end = now() + 60_000; !readers.every(({ isBack }) => isBack); await pause(20))
    if (now() > end)
      throw new Error(`${readers.filter(({ isBack }) => !isBack).length} readers are not back.`);
}

/** Waits for the end of every session, and counts the readers that never receive it. */
async function untilRead(call: Call, readers: readonly Reader[]): Promise<number> {
  const ends = new Map<string, string>();
  for (const sessionId of new Set(readers.map((reader) => reader.sessionId)))
    ends.set(sessionId, await untilIdle(call, sessionId));
  const behind = () => readers.filter(({ sessionId, lastId }) => lastId !== ends.get(sessionId)).length;
  for (const end = now() + 10_000; behind() > 0 && now() < end; await pause(20));
  return behind();
}

async function untilIdle(call: Call, sessionId: string): Promise<string> {
  for (;;) {
    const session = await call<{ status: string; lastEventId: string }>("GET", `/v1/sessions/${sessionId}`);
    if (session.status === "idle") return session.lastEventId;
    await pause(200);
  }
}

function createTally() {
  const delays: number[] = [];
  const returns: number[] = [];
  let deliveries = 0;
  let counting: "nothing" | "delays" | "returns" = "nothing";
  const spread = (values: readonly number[]) => ({
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    max: values.reduce((most, value) => Math.max(most, value), 0),
  });
  return {
    begin: (what: typeof counting) => (counting = what),
    onFrame: (frame: StreamFrame) => {
      if (!("id" in frame)) return;
      deliveries++;
      if (counting === "delays") delays.push(Date.now() - Date.parse(frame.createdAt));
    },
    onBack: (ms: number) => {
      if (counting === "returns") returns.push(ms);
    },
    result: () => ({ deliveries, delay: spread(delays), back: spread(returns), returns: returns.length }),
  };
}
