import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Handlers } from "../handler.ts";
import type { Services } from "../services.ts";
import type { Atomically, IdempotencyStore } from "../storage.ts";
import type { Operation } from "./contract.ts";
import type { Call, IdempotencyKey, Outcome } from "./call.ts";
import { recall, reused } from "./idempotency.ts";

/** The one way to run an operation. Changes are committed, with their idempotency record, when it resolves. */
export type Invoke = (call: Call) => Promise<Outcome>;

export interface InvokeOptions {
  handlers: Handlers;
  services: Services;
  atomically: Atomically;
  requests: IdempotencyStore;
  clock: Clock;
  /** Aborted when the server gives up waiting. */
  stopped: AbortSignal;
}

type AnyHandler = (input: Call["input"], services: Services) => unknown;

export function createInvoke({
  handlers,
  services,
  atomically,
  requests,
  clock,
  stopped,
}: InvokeOptions): Invoke {
  const begin = ({ operation }: Call, { key, requestHash }: IdempotencyKey) =>
    requests.begin(key, { operationId: operation.id, requestHash, at: timestamp(clock.now()) });
  const underWay = new Map<string, { requestHash: string; outcome: Promise<Outcome> }>();
  const run = ({ operation, input }: Call) => {
    // Input and answer were held against the types of the operation where the handler was written.
    const handler = handlers[operation.id] as AnyHandler;
    return handler(input, services);
  };

  /** A change that waits for nothing: the work and its record are one transaction. */
  const change = (call: Call): Outcome =>
    atomically("request.change", () => {
      const { idempotency } = call;
      const stored = idempotency && recall(requests, idempotency);
      if (stored) return stored;
      const outcome = answerOf(run(call), call.operation);
      if (idempotency) {
        begin(call, idempotency);
        requests.finish(idempotency.key, storedForm(outcome));
      }
      return outcome;
    });

  /** The work is done: when that cannot be put on record, its key stays taken and never does it again. */
  const keep = (call: Call, outcome: Outcome): Outcome => {
    try {
      if (call.idempotency) requests.finish(call.idempotency.key, storedForm(outcome));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    return outcome;
  };

  /** A change that waits first: the waiting is outside, the change and its record are one transaction. */
  const waitAndChange = async (call: Call): Promise<Outcome> => {
    const commit = await run(call);
    if (typeof commit !== "function") return keep(call, answerOf(commit, call.operation));
    return atomically("request.commit", () => {
      const outcome = answerOf(commit(), call.operation);
      if (call.idempotency) requests.finish(call.idempotency.key, storedForm(outcome));
      return outcome;
    });
  };

  /** With a key the work goes on when its caller is gone: the caller will come back and ask again. */
  const waitOnce = async (call: Call, { key, requestHash }: IdempotencyKey): Promise<Outcome> => {
    const first = underWay.get(key);
    if (first) {
      if (first.requestHash !== requestHash) throw reused();
      return { ...(await first.outcome), isReplay: true };
    }
    const stored = atomically("request.begin", () => {
      const found = recall(requests, { key, requestHash });
      if (!found) begin(call, { key, requestHash });
      return found;
    });
    if (stored) return stored;
    const outcome = waitAndChange({ ...call, input: { ...call.input, signal: stopped } }).catch(
      (error: unknown) => {
        // Of any other error nobody knows what it left behind, so the key stays taken.
        if (error instanceof AppError) atomically("request.forget", () => requests.forget(key));
        throw error;
      },
    );
    underWay.set(key, { requestHash, outcome });
    return outcome.finally(() => underWay.delete(key));
  };

  return async (call) => {
    const { operation, idempotency } = call;
    if (operation.method === "GET") return answerOf(await run(call), operation);
    if (!operation.waits) return change(call);
    return idempotency ? waitOnce(call, idempotency) : waitAndChange(call);
  };
}

function answerOf(answer: unknown, { id }: Operation): Outcome {
  if (typeof answer === "object" && answer !== null && "status" in answer) return answer as Outcome;
  throw new Error(`The handler of ${id} gave no answer; only an operation marked x-waits may wait.`);
}

function storedForm({ status, body }: Outcome): { status: number; body: unknown } {
  return { status, body: body ?? null };
}
