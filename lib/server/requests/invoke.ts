import type { Clock } from "../../ports/clock.ts";
import { timestamp } from "../../ports/clock.ts";
import { AppError } from "../../errors.ts";
import type { CommitAnswer, Handlers } from "../../ports/handler.ts";
import type { Services } from "../../ports/services.ts";
import type { Atomically, Storage } from "../../ports/storage.ts";
import type { ContractOperation } from "../contract/contract.ts";
import type { OperationCall, CallResult } from "./operation-call.ts";
import {
  createRememberedRequests,
  type KeyedRequest,
  keyReused,
  type RememberedRequests,
} from "./idempotency.ts";

/** Runs an operation. When it resolves, the change and its idempotency record are committed. */
export type Invoke = (call: OperationCall) => Promise<CallResult>;

export interface InvokeOptions {
  handlers: Handlers;
  services: Services;
  storage: Pick<Storage, "requestDatabases" | "requests">;
  clock: Clock;
  /** Aborted when the server stops waiting for running requests. */
  stopped: AbortSignal;
}

type AnyHandler = (input: OperationCall["input"], services: Services) => unknown;

export function createInvoke(options: InvokeOptions): Invoke {
  const { storage, clock } = options;
  const context: InvokeContext = {
    ...options,
    remembered: createRememberedRequests(storage, () => timestamp(clock.now())),
    running: new Map(),
  };
  return (call) => invoke(context, call);
}

interface InvokeContext extends InvokeOptions {
  remembered: RememberedRequests;
  /** Requests that wait, by idempotency key. */
  running: Map<string, { requestHash: string; outcome: Promise<CallResult> }>;
}

async function invoke(context: InvokeContext, call: OperationCall): Promise<CallResult> {
  const { operation, input } = call;
  if (operation.method === "GET") return resultOf(await runHandler(context, call), operation);
  if (!operation.waits) return change(context, call);
  // The hash of a body that streams is known only after it was read, so a second request cannot join the first.
  const request = operation.takesBytes ? undefined : keyed(call);
  if (request) return waitOnce(context, call, request);
  const signal = AbortSignal.any([input.signal, context.stopped]);
  return waitAndChange(context, { ...call, input: { ...input, signal } });
}

function runHandler({ handlers, services }: InvokeContext, { operation, input }: OperationCall): unknown {
  // The type check of the registry has compared input and answer of the handler with its operation.
  const handler = handlers[operation.id] as AnyHandler;
  return handler(input, services);
}

/** A change that does not wait: handler and idempotency record are one transaction. */
function change(context: InvokeContext, call: OperationCall): CallResult {
  return atomically(context, call, "request.change", () =>
    answerOnce(context, call, () => runHandler(context, call)),
  );
}

/** In a transaction: returns the stored answer, or does the work and stores its answer. */
function answerOnce({ remembered }: InvokeContext, call: OperationCall, work: () => unknown): CallResult {
  const request = keyed(call);
  const stored = request && remembered.take(request);
  if (stored) return stored;
  const outcome = resultOf(work(), call.operation);
  if (request) remembered.keep(request, outcome);
  return outcome;
}

/** A change that waits before it changes anything: only the change and its idempotency record are in the transaction. */
async function waitAndChange(context: InvokeContext, call: OperationCall): Promise<CallResult> {
  const commit = await runHandler(context, call);
  if (!isCommit(commit)) return keepAnswer(context, call, resultOf(commit, call.operation));
  let isCommitted = false;
  try {
    const outcome = atomically(context, call, "request.commit", () => answerOnce(context, call, commit));
    isCommitted = !outcome.isReplay;
    return outcome;
  } finally {
    if (!isCommitted) commit.discard?.();
  }
}

/** Stores the answer of work that is done. When that fails, a repeated request finds what was done. */
function keepAnswer(context: InvokeContext, call: OperationCall, outcome: CallResult): CallResult {
  const request = keyed(call);
  if (!request) return outcome;
  try {
    atomically(context, call, "request.commit", () => context.remembered.keep(request, outcome));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return outcome;
}

/** Joins a running request with the same key. The work continues when its caller disconnects, because the caller will repeat the request. */
async function waitOnce(
  context: InvokeContext,
  call: OperationCall,
  request: KeyedRequest,
): Promise<CallResult> {
  const { key, requestHash } = request;
  const first = context.running.get(key);
  if (first) {
    if (first.requestHash !== requestHash) throw keyReused();
    return { ...(await first.outcome), isReplay: true };
  }
  const stored = atomically(context, call, "request.begin", () => context.remembered.take(request));
  if (stored) return stored;
  const outcome = waitAndChange(context, { ...call, input: { ...call.input, signal: context.stopped } });
  context.running.set(key, { requestHash, outcome });
  return outcome.finally(() => context.running.delete(key));
}

/** Runs the work in a transaction of the database that the operation changes. */
function atomically<T>(
  { storage }: InvokeContext,
  { operation }: OperationCall,
  boundary: Parameters<Atomically>[0],
  work: () => T,
): T {
  return storage.requestDatabases[operation.database].atomically(boundary, work);
}

function keyed({ operation, idempotency }: OperationCall): KeyedRequest | undefined {
  if (!idempotency) return undefined;
  const { key, requestHash } = idempotency;
  return { key, requestHash: requestHash(), operationId: operation.id, database: operation.database };
}

function isCommit(answer: unknown): answer is CommitAnswer<unknown> {
  return typeof answer === "function";
}

function resultOf(answer: unknown, { id }: ContractOperation): CallResult {
  if (typeof answer === "object" && answer !== null && "status" in answer) return answer as CallResult;
  throw new Error(
    `The handler of ${id} returned no answer. A handler may wait only when its operation has x-waits.`,
  );
}
