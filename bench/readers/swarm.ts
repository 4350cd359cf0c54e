import { createCaller } from "../targets/http-client.ts";
import { now, pause } from "../monotonic.ts";
import { cpuSeconds, peakMemoryMb } from "../targets/process.ts";
import { quantile } from "../quantile.ts";
import { repeat } from "../repeat.ts";
import type { Frame } from "./account.ts";
import type { Transport } from "./connection.ts";
import { createReader } from "./reader.ts";
import type { Reader } from "./reader.ts";

export interface SwarmOptions {
  url: string;
  key: string;
  /** Of the server. */
  pid: number;
  over: Transport;
  sessionIds: string[];
  readersPerSession: number;
  eventsPerSecond: number;
  /** Time without storms, in which delays are measured. */
  calmMs: number;
  storms: number;
  /** From the time all are back to the next storm. */
  betweenStormsMs: number;
}

export interface SwarmResult {
  /** Events heard, by all readers together. */
  deliveries: number;
  /** From the time the event carries to the time it was read, in ms, in calm. Both are read from the wall clock of the one host, in whole ms; the event's is taken before its commit. */
  delay: { p50: number; p99: number; max: number };
  /** From the reset of a connection to the first frame of the next one, in ms. */
  back: { p50: number; p99: number; max: number };
  /** Connections that came back. */
  returns: number;
  lost: number;
  doubled: number;
  /** Of one core, in calm. */
  serverCpu: number;
  serverPeakMb: number;
}

type Call = ReturnType<typeof createCaller>;

/** Many readers on real connections: they open, listen in calm, are cut again and again while events go on, and hear everything to the end. */
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
  for (const sessionId of sessionIds) taskIds.push(await speak(call, sessionId, options.eventsPerSecond));
  await pause(1000); // What comes first is read from a cold cache.
  const cpuBefore = cpuSeconds(pid);
  tally.begin("delays");
  await pause(calmMs);
  tally.begin("returns");
  const serverCpu = (cpuSeconds(pid) - cpuBefore) / (calmMs / 1000);
  await repeat(options.storms, () => storm(readers, options.betweenStormsMs));
  tally.begin("nothing");
  for (const taskId of taskIds) await call("PATCH", `/v1/tasks/${taskId}`, { state: "cancelled" });
  const missing = await untilHeard(call, readers);
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

/** Starts a task of the scripted model that says a token at a time for five minutes, longer than anybody listens. */
async function speak(call: Call, sessionId: string, tokensPerSecond: number): Promise<string> {
  const steps = [{ tokens: 300 * tokensPerSecond, tokensPerSecond }];
  const content = `\`\`\`json\n${JSON.stringify({ steps })}\n\`\`\``;
  const body = { content, settings: { model: "script@scripted" } };
  const sent = await call<{ task: { id: string } }>("POST", `/v1/sessions/${sessionId}/messages`, body);
  return sent.task.id;
}

/** Half of the readers are cut at once, the others within the next events, at any byte. */
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

/** Waits for the end of every session, and counts the readers that never hear of it. */
async function untilHeard(call: Call, readers: readonly Reader[]): Promise<number> {
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
    hear: (frame: Frame) => {
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
