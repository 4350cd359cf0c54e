import type { Task } from "../task.ts";

/** Traces the work on tasks. A trace never holds text of a person or model: no message, no command, no path. */
export interface TaskTracer {
  /** Traces the work on a task in this run of the server. Spans that begin inside belong to it. Settles as the work does. */
  task(task: Task, work: () => Promise<void>): Promise<void>;
}

/** Traces requests. */
export interface RequestTracer {
  /** Begins the trace of a request, or continues the one that its `traceparent` header names. Call the returned function once, when the head of the response is sent. */
  request(request: TracedRequest): (answer: TracedAnswer) => void;
}

export interface TracedRequest {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface TracedAnswer {
  /** As in the contract; undefined for an unknown path. */
  route: string | undefined;
  operationId: string | undefined;
  sessionId: string | undefined;
  taskId: string | undefined;
  /** Undefined when the connection ended before the response. */
  status: number | undefined;
  /** The problem code of a failed request. */
  problem: string | undefined;
}

/** The configuration of traces, from the environment. */
export interface TracesConfig {
  /** The address that spans are sent to. */
  url: string;
  /** They may hold secrets. */
  headers: Readonly<Record<string, string>>;
  /** The time that one export may take. */
  timeoutMs: number;
  /** Resource attributes of the server. */
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
