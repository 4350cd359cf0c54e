import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import type { CallOptions, Caller, TestAnswer } from "../support/clients/caller.ts";
import { isLineCut } from "../support/clients/line-cut.ts";
import type { Random } from "./plan/random.ts";

/** One request of a client, and every answer it had. */
export interface Asked {
  operationId: OperationId;
  options: CallOptions;
  /** Null where nobody can tell. */
  key: string | null;
  status: number;
  body: unknown;
  /** What came to the same request under the same key: beside the first, or long after. */
  again: { status: number; body: unknown; when: "racing" | "replayed" }[];
  /** Sends until an answer came. */
  tries: number;
}

export interface Asker {
  /** Sends a request until it is answered, as a client with a key does. The answer is on record. */
  ask: Caller["call"];
  /** Sends again what had a key and went well. */
  replay(): Promise<void>;
  /** Puts on record what went well by another way. */
  note(done: Pick<Asked, "operationId" | "options" | "body">): void;
  readonly asked: readonly Asked[];
}

export interface AskerOptions {
  caller: Caller;
  random: Random;
  /** Throws when it is time to give up. */
  checkTime(waitingFor: string): void;
}

/** Before the next try of what had no answer. */
const retryMs = 15;

export function createAsker({ caller, random, checkTime }: AskerOptions): Asker {
  const asked: Asked[] = [];

  const insist = async (operationId: OperationId, options: CallOptions) => {
    let last = "";
    for (let tries = 1; ; tries++) {
      checkTime(`${operationId} is answered${last}`);
      const answer = await caller.call(operationId, options).catch(orNoAnswer);
      if (answer !== undefined && answer.status !== 503) return { answer: answer as TestAnswer, tries };
      last = answer === undefined ? "" : ` otherwise than with ${answer.bytes.toString()}`;
      await pause(retryMs);
    }
  };

  const ask = async (operationId: OperationId, options: CallOptions = {}): Promise<TestAnswer> => {
    if (routes[operationId].method === "GET") return (await insist(operationId, options)).answer;
    const key = `key-${asked.length}-${random.between(0, 1e9)}`;
    const sent = { ...options, headers: { "Idempotency-Key": key } };
    const racer = random.chance(0.15) ? insist(operationId, sent) : undefined;
    racer?.catch(() => {}); // Awaited below.
    const { answer, tries } = await insist(operationId, sent);
    const record: Asked = { operationId, options, key, ...plain(answer), again: [], tries };
    asked.push(record);
    if (racer !== undefined) record.again.push({ ...plain((await racer).answer), when: "racing" });
    return answer;
  };

  return {
    asked,
    note: (done) => void asked.push({ ...done, key: null, status: 200, again: [], tries: 1 }),
    ask: ask as Caller["call"], // The caller below has held the answer against its operation.
    replay: async () => {
      for (const record of asked) {
        if (record.key === null || record.status >= 300) continue;
        const options = { ...record.options, headers: { "Idempotency-Key": record.key } };
        const { answer } = await insist(record.operationId, options);
        record.again.push({ ...plain(answer), when: "replayed" });
      }
    },
  };
}

export function isSameAnswer(
  one: { status: number; body: unknown },
  other: { status: number; body: unknown },
): boolean {
  return one.status === other.status && isDeepStrictEqual(one.body, other.body);
}

function plain({ status, body }: TestAnswer): { status: number; body: unknown } {
  return { status, body };
}

/** A line that was cut is no answer; everything else that goes wrong is a finding. */
function orNoAnswer(error: unknown): undefined {
  if (isLineCut(error)) return undefined;
  throw error;
}
