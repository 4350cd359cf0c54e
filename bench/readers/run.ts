import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, styleText } from "node:util";
import { execa } from "execa";
import { createCaller } from "../targets/http-client.ts";
import { repeat } from "../repeat.ts";
import { launch } from "../targets/talkcody.ts";
import type { SwarmOptions, SwarmResult } from "./swarm.ts";

const usage = `npm run bench:readers -- [--only TEXT]

  Many readers at 20 events a second, 20 s undisturbed and then 20 reconnect storms.
  Ends with 1 when an event is lost or doubled, or a bound does not hold.

  --only TEXT   only the loads whose name contains TEXT`;

type Shape = Pick<SwarmOptions, "over" | "readersPerSession"> & { name: string; sessions: number };

const shapes: Shape[] = [
  { name: "1,000 SSE readers of 1 session", over: "sse", sessions: 1, readersPerSession: 1000 },
  { name: "20 SSE readers of each of 50 sessions", over: "sse", sessions: 50, readersPerSession: 20 },
  { name: "200 WebSocket readers of 1 session", over: "websocket", sessions: 1, readersPerSession: 200 },
];

const load = { eventsPerSecond: 20, calmMs: 20_000, storms: 20, betweenStormsMs: 1000 };
const bounds = { delayP99Ms: 100, backP99Ms: 1000, peakMb: 350 };

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    help: { type: "boolean", short: "h" },
  },
});

if (options.help) console.log(usage);
else
  for (const shape of shapes.filter(({ name }) => name.includes(options.only))) {
    const result = await measure(shape);
    console.log(report(shape, result));
    if (!holds(result)) process.exitCode = 1;
  }

async function measure({ over, sessions, readersPerSession }: Shape): Promise<SwarmResult> {
  const folder = mkdtempSync(join(tmpdir(), "bench-readers-"));
  const env = { TALKCODY_RUNNING_TASKS_MAX: String(sessions) };
  const server = await launch({ folder, modelUrl: "" }, env);
  try {
    const call = createCaller(server.url, { "x-api-key": server.apiKey });
    const create = async () => (await call<{ id: string }>("POST", "/v1/sessions", {})).id;
    const sessionIds = await repeat(sessions, create);
    const { url, apiKey: key, pid } = server;
    return await listen({ ...load, url, key, pid, over, sessionIds, readersPerSession });
  } finally {
    await server.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs the readers in their own process, so that this one does not slow them down. */
async function listen(swarm: SwarmOptions): Promise<SwarmResult> {
  const program = join(import.meta.dirname, "process.ts");
  const { stdout } = await execa(process.execPath, [program, JSON.stringify(swarm)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 180_000,
    killSignal: "SIGKILL",
  });
  return JSON.parse(stdout) as SwarmResult;
}

function holds({ delay, back, lost, doubled, serverPeakMb }: SwarmResult): boolean {
  const isSoon = delay.p99 < bounds.delayP99Ms && back.p99 < bounds.backP99Ms;
  return isSoon && lost === 0 && doubled === 0 && serverPeakMb < bounds.peakMb;
}

function report({ name }: Shape, result: SwarmResult): string {
  const { delay, back, returns, deliveries, lost, doubled, serverCpu, serverPeakMb } = result;
  const spread = ({ p50, p99, max }: SwarmResult["delay"]) =>
    `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, max ${max.toFixed(0)} ms`;
  return [
    styleText(holds(result) ? "green" : "red", `${holds(result) ? "✓" : "✗"} ${name}`),
    `  delivery        ${spread(delay)}`,
    `  reconnect       ${spread(back)} (${returns} times)`,
    `  events          ${deliveries} received, ${lost} lost, ${doubled} doubled`,
    `  server          ${(serverCpu * 100).toFixed(0)} % of a core, peak ${serverPeakMb.toFixed(0)} MB`,
  ].join("\n");
}
