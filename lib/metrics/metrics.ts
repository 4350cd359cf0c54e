import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { type Alarm, type HealthFacts } from "../operating/alarm.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventFeed, EventStreams } from "../event.ts";
import type { ModelClient } from "../model.ts";
import type { Storage } from "../ports/storage.ts";
import { registerCost } from "./cost-today.ts";
import { registerAlarms, registerDisk, registerReplica } from "./state.ts";
import { timeFeed } from "./timed-feed.ts";
import { timeModels } from "./timed-models.ts";

export interface MetricsSources {
  version: string;
  clock: Clock;
  storage: Pick<Storage, "events" | "tasks" | "actions" | "costSince">;
  health: { alarms(): Alarm[]; facts(): HealthFacts | undefined };
}

export interface Metrics {
  /** The same client, with its requests measured. */
  models(client: ModelClient): ModelClient;
  /** The same feed, with its readers measured. */
  feed<T extends EventFeed & EventStreams>(feed: T): T;
  /** Counts an answer over HTTP. */
  onAnswered(answer: { operationId: string | undefined; status: number }): void;
  /** Counts a problem, over HTTP or WebSocket. */
  onProblem(code: string): void;
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>;
}

/** Metrics for the operator of the server. No label contains an id, a path, or text that a person or a model wrote. */
export function createMetrics({ version, clock, storage, health }: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  registerBuildInfo(version, registry);
  registerAlarms(health, registry);
  registerDisk(health, registry);
  registerReplica(health, clock, registry);
  registerTasks(storage, registry);
  registerPendingAction({ storage, clock }, registry);
  registerCost({ storage, clock }, registry);
  const requests = new Counter({
    name: "talkcody_requests_total",
    help: "Answers over HTTP.",
    labelNames: ["operation", "status"],
    registers,
  });
  const errors = new Counter({
    name: "talkcody_errors_total",
    help: "Problems by their code: of requests, and of tasks that failed.",
    labelNames: ["code", "from"],
    registers,
  });
  storage.events.onCommitted((_sessionId, events) => {
    for (const event of events)
      if (event.type === "error") errors.inc({ code: event.data.problem.code, from: "task" });
  });
  return {
    models: (client) => timeModels(client, clock, registry),
    feed: (feed) => timeFeed(feed, clock, registry),
    onAnswered: ({ operationId = "none", status }) => requests.inc({ operation: operationId, status }),
    onProblem: (code) => errors.inc({ code, from: "request" }),
    text: () => registry.metrics(),
  };
}

function registerBuildInfo(version: string, registry: Registry): void {
  const build = new Gauge({
    name: "talkcody_build_info",
    help: "Always 1.",
    labelNames: ["version"],
    registers: [registry],
  });
  build.set({ version }, 1);
}

function registerTasks({ tasks }: MetricsSources["storage"], registry: Registry): void {
  new Gauge({
    name: "talkcody_tasks",
    help: "Tasks that have not ended.",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      for (const state of ["queued", "running", "waiting"]) this.set({ state }, 0);
      for (const { state } of tasks.unfinished()) this.inc({ state });
    },
  });
}

function registerPendingAction(
  { storage, clock }: Pick<MetricsSources, "storage" | "clock">,
  registry: Registry,
): void {
  new Gauge({
    name: "talkcody_oldest_pending_action_seconds",
    help: "How long the oldest pending decision has waited for a person; 0 when there is none.",
    registers: [registry],
    collect() {
      const [oldest] = storage.actions.pending(undefined, { limit: 1 });
      this.set(oldest === undefined ? 0 : Math.max(0, clock.now() - Date.parse(oldest.createdAt)) / 1000);
    },
  });
}
