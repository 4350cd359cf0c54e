import type { Clock } from "../../ports/clock.ts";
import { timestamp } from "../../ports/clock.ts";
import { AppError } from "../../errors.ts";
import type { CommitAnswer, Handlers } from "../../ports/handler.ts";
import type { Services } from "../../ports/services.ts";
import type { Storage } from "../../ports/storage.ts";
import type { ContractOperation } from "../contract/contract.ts";
import type { OperationCall, CallResult } from "./operation-call.ts";
import { createRememberedRequests, type KeyedRequest, keyReused } from "./idempotency.ts";

/** The one way to run an operation. Changes are committed, with their idempotency record, when it resolves. */
export type Invoke = (call: OperationCall) => Promise<CallResult>;

export interface InvokeOptions {
  handlers: Handlers;
  services: Services;
  storage: Pick<Storage, "requestDatabases" | "requests">;
  clock: Clock;
  /** Aborted when the server gives up waiting. */
  stopped: AbortSignal;
}

type AnyHandler = (input: OperationCall["input"], services: Services) => unknown;

export function createInvoke({ handlers, services, storage, clock, stopped }: InvokeOptions): Invoke {
  const memory = createRememberedRequests(storage, () => timestamp(clock.now()));
  const underWay = new Map<string, { requestHash: string; outcome: Promise<CallResult> }>();
  const atomically = ({ database }: ContractOperation) => storage.requestDatabases[database].atomically;
  const run = ({ operation, input }: OperationCall) => {
    // Input and answer were held against the types of the operation where the handler was written.
    const handler = handlers[operation.id] as AnyHandler;
    return handler(input, services);
  };

  /** In a transaction: the answer that is on record, or the work together with its record. */
  const once = (call: OperationCall, work: () => unknown): CallResult => {
    const request = keyed(call);
    const stored = request && memory.take(request);
    if (stored) return stored;
    const outcome = answerOf(work(), call.operation);
    if (request) memory.keep(request, outcome);
    return outcome;
  };

  /** A change that waits for nothing. */
  const change = (call: OperationCall): CallResult =>
    atomically(call.operation)("request.change", () => once(call, () => run(call)));

  /** The work is done. When its answer cannot be put on record, asking again finds what was done. */
  const keep = (call: OperationCall, outcome: CallResult): CallResult => {
    const request = keyed(call);
    try {
      if (request) atomically(call.operation)("request.commit", () => memory.keep(request, outcome));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    return outcome;
  };

  /** A change that waits first: the waiting is outside, the change and its record are one transaction. */
  const waitAndChange = async (call: OperationCall): Promise<CallResult> => {
    const commit = await run(call);
    if (!isCommit(commit)) return keep(call, answerOf(commit, call.operation));
    let isCommitted = false;
    try {
      const outcome = atomically(call.operation)("request.commit", () => once(call, commit));
      isCommitted = !outcome.isReplay;
      return outcome;
    } finally {
      if (!isCommitted) commit.discard?.();
    }
  };

  /** The work goes on when its caller is gone: the caller will come back and ask again. */
  const waitOnce = async (call: OperationCall, request: KeyedRequest): Promise<CallResult> => {
    const { key, requestHash } = request;
    const first = underWay.get(key);
    if (first) {
      if (first.requestHash !== requestHash) throw keyReused();
      return { ...(await first.outcome), isReplay: true };
    }
    const stored = atomically(call.operation)("request.begin", () => memory.take(request));
    if (stored) return stored;
    const outcome = waitAndChange({ ...call, input: { ...call.input, signal: stopped } });
    underWay.set(key, { requestHash, outcome });
    return outcome.finally(() => underWay.delete(key));
  };

  return async (call) => {
    const { operation } = call;
    if (operation.method === "GET") return answerOf(await run(call), operation);
    if (!operation.waits) return change(call);
    // What a body that streams holds is known when it was read, so such a request cannot be joined before.
    const request = operation.takesBytes ? undefined : keyed(call);
    if (request) return waitOnce(call, request);
    const signal = AbortSignal.any([call.input.signal, stopped]);
    return waitAndChange({ ...call, input: { ...call.input, signal } });
  };
}

function keyed({ operation, idempotency }: OperationCall): KeyedRequest | undefined {
  if (!idempotency) return undefined;
  const { key, requestHash } = idempotency;
  return { key, requestHash: requestHash(), operationId: operation.id, database: operation.database };
}

function isCommit(answer: unknown): answer is CommitAnswer<unknown> {
  return typeof answer === "function";
}

function answerOf(answer: unknown, { id }: ContractOperation): CallResult {
  if (typeof answer === "object" && answer !== null && "status" in answer) return answer as CallResult;
  throw new Error(`The handler of ${id} gave no answer; only an operation marked x-waits may wait.`);
}
