import { AppError, isTransient } from "../../../lib/errors.ts";
import type { OperationId } from "../../../lib/ports/handler.ts";
import { requestHash } from "../../../lib/server/requests/idempotency.ts";
import { Breach, must, mustEqual } from "../audit/breach.ts";
import { Crash } from "../life.ts";
import { operations, type Server } from "../server.ts";
import type { Stage } from "../stage.ts";

/** One request of a client, repeated under its key until it has an answer. */
export interface Sent {
  key: string;
  operationId: OperationId;
  params: Record<string, string>;
  body: unknown;
  /** Stands in the text of a message, to find it again. */
  token?: string;
  /** The decision it is about. */
  actionId?: string;
  /** When it was first asked, and first answered, counted over all requests. */
  askedAt?: number;
  answeredAt?: number;
  answer?: { status: number; body: unknown };
  /** The problem that ended it. */
  refused?: string;
  /** The life that works on it. */
  asked?: object;
}

export interface Requests {
  readonly all: readonly Sent[];
  /** Those whose outcome is not known yet and that nobody works on. */
  open(): Sent[];
  /** Ids of sessions that were made, as far as somebody was told. */
  created(): string[];
  add(request: Omit<Sent, "key">): Sent;
  ask(sent: Sent, server: Server): void;
  /** A life has ended: whatever it had not answered yet is asked again. */
  letGo(life: object): void;
}

export function createRequests(stage: Stage): Requests {
  const all: Sent[] = [];
  let moment = 0;
  const settle = (sent: Sent, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Breach)) throw error;
      stage.breach ??= error;
    }
    stage.trace.say(`    ${sent.key} → ${sent.answer?.status ?? sent.refused ?? "open"}`);
  };
  return {
    all,
    open: () => all.filter((sent) => !sent.answer && !sent.refused && !sent.asked),
    created: () =>
      all.flatMap(({ operationId, answer }) =>
        operationId === "createSession" && answer ? [(answer.body as { id: string }).id] : [],
      ),
    add: (request) => {
      const sent = { ...request, key: `key-${all.length}` };
      all.push(sent);
      return sent;
    },
    letGo: (life) => {
      for (const sent of all) if (sent.asked === life) delete sent.asked;
    },
    ask: (sent, server) => {
      const { life } = server;
      sent.asked = life;
      sent.askedAt ??= moment++;
      const end = (work: () => void) => {
        if (sent.asked === life) delete sent.asked;
        if (!life.isOver) settle(sent, work); // Else the answer never left the house.
      };
      server.invoke(callOf(sent)).then(
        ({ status, body }) =>
          end(() => {
            answered(sent, { status, body }, all);
            sent.answeredAt ??= moment++;
          }),
        (error: unknown) => end(() => failed(sent, error)),
      );
    },
  };
}

function callOf({ operationId, params, body, key }: Sent) {
  const operation = operations.get(operationId);
  if (operation === undefined) throw new Error(`There is no operation ${operationId}.`);
  const signal = new AbortController().signal;
  const headers = { "Idempotency-Key": key };
  const hash = requestHash({ operationId, params, query: {}, body });
  return {
    operation,
    input: { params, query: {}, headers, body, signal },
    idempotency: { key, requestHash: () => hash },
  };
}

function answered(sent: Sent, answer: NonNullable<Sent["answer"]>, all: readonly Sent[]): void {
  const came = { status: answer.status, body: answer.body ?? null };
  if (sent.answer !== undefined)
    mustEqual("a repeated request gets the first answer", sent.key, { expected: sent.answer, came });
  // As it went over the wire: nothing the server does later changes it.
  sent.answer = JSON.parse(JSON.stringify(came)) as typeof came;
  const { actionId } = sent;
  if (actionId === undefined) return;
  const decided = all.filter((other) => other.actionId === actionId && other.answer !== undefined);
  must(
    "an approval is used once and only when it holds",
    decided.length === 1,
    () => `${actionId} was decided by ${decided.map(({ key }) => key).join(" and ")}.`,
  );
}

function failed(sent: Sent, error: unknown): void {
  if (error instanceof Crash || isTransient(error)) return;
  if (error instanceof AppError && error.code !== "internal") {
    must(
      "a repeated request gets the first answer",
      sent.answer === undefined,
      () => `${sent.key} was answered before, and is now ${error.code}: ${error.message}`,
    );
    sent.refused = error.code;
    return;
  }
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  throw new Breach("nothing breaks but what was broken", `${sent.operationId} ${sent.key}: ${words}`);
}
