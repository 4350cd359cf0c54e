import type { Task } from "../task.ts";

/** Tells of the work on tasks. Nothing that anybody wrote is told: no message, no command, no path. */
export interface TaskTracer {
  /** A stretch that a task is at work in this run of the server; what begins within it belongs to it. Resolves and rejects as the work does. */
  task(task: Task, work: () => Promise<void>): Promise<void>;
}

/** Tells of requests. */
export interface RequestTracer {
  /** A request has come; a `traceparent` among its headers is continued. Call the returned function once, when the head of the answer leaves. */
  request(request: TracedRequest): (answer: TracedAnswer) => void;
}

export interface TracedRequest {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface TracedAnswer {
  /** As in the contract; undefined where nothing is served. */
  route: string | undefined;
  operationId: string | undefined;
  sessionId: string | undefined;
  taskId: string | undefined;
  /** Undefined where the connection ended before the answer. */
  status: number | undefined;
  /** The code of the problem, for an answer that is one. */
  problem: string | undefined;
}

/** Tells nobody. */
export const noTaskTracer: TaskTracer = { task: (_task, work) => work() };

/** What the environment says of traces. */
export interface TracesConfig {
  /** Where spans are sent. */
  url: string;
  /** Secrets, mostly. */
  headers: Readonly<Record<string, string>>;
  /** What one sending may take. */
  timeoutMs: number;
  /** What the server says of itself. */
  resource: Readonly<Record<string, string>>;
  sampler: TracesSampler;
  /** The share of traces that a ratio sampler keeps, 0 to 1. */
  sampledRatio: number;
}

export const tracesSamplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

export type TracesSampler = (typeof tracesSamplers)[number];
