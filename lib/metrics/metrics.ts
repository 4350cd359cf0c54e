import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { type Alarm, type HealthFacts } from "../operating/alarm.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventFeed, EventStreams } from "../event.ts";
import type { ModelClient } from "../model.ts";
import type { Storage } from "../ports/storage.ts";
import { countCost } from "./cost-today.ts";
import { describeAlarms, describeDisk, describeReplica } from "./state.ts";
import { timeFeed } from "./timed-feed.ts";
import { timeModels } from "./timed-models.ts";

export interface MetricsSources {
  version: string;
  clock: Clock;
  storage: Pick<Storage, "events" | "tasks" | "actions" | "costSince">;
  health: { alarms(): Alarm[]; vitals(): HealthFacts | undefined };
}

export interface Metrics {
  /** The same, watched. */
  models(client: ModelClient): ModelClient;
  feed<T extends EventFeed & EventStreams>(feed: T): T;
  /** Hears of each answer of the server over HTTP, and of each problem over whichever transport. */
  onAnswered(answer: { operationId: string | undefined; status: number }): void;
  onProblem(code: string): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
}

/** What is worth a look on a server of one person. No label holds an id, a path or anything that somebody wrote. */
export function createMetrics({ version, clock, storage, health }: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: "talkcody_build_info",
    help: "Always 1.",
    labelNames: ["version"],
    registers,
  });
  build.set({ version }, 1);
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
  countTasks(storage, registry);
  timePendingAction({ storage, clock }, registry);
  countCost({ storage, clock }, registry);
  describeAlarms(health, registry);
  describeDisk(health, registry);
  describeReplica(health, clock, registry);
  return {
    models: (client) => timeModels(client, clock, registry),
    feed: (feed) => timeFeed(feed, clock, registry),
    onAnswered: ({ operationId = "none", status }) => requests.inc({ operation: operationId, status }),
    onProblem: (code) => errors.inc({ code, from: "request" }),
    text: () => registry.metrics(),
  };
}

function countTasks({ tasks }: MetricsSources["storage"], registry: Registry): void {
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

function timePendingAction(
  { storage, clock }: Pick<MetricsSources, "storage" | "clock">,
  registry: Registry,
): void {
  new Gauge({
    name: "talkcody_oldest_pending_action_seconds",
    help: "For how long the oldest decision has waited for a person; 0 when none does.",
    registers: [registry],
    collect() {
      const [oldest] = storage.actions.pending(undefined, { limit: 1 });
      this.set(oldest === undefined ? 0 : Math.max(0, clock.now() - Date.parse(oldest.createdAt)) / 1000);
    },
  });
}
