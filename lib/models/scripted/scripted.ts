import type { Clock } from "../../ports/clock.ts";
import { textOf } from "../../message.ts";
import { ModelError, type ModelEvent, type ModelRequest } from "../../model.ts";
import { type Rates, usageFrom } from "../catalogue/pricing.ts";
import { demoStep } from "./demo.ts";
import { type ScriptFailure, findScript, type ScriptStep } from "./script.ts";

export interface Scripted {
  stream(request: ModelRequest, options: { modelKey: string; rates: Rates }): AsyncIterable<ModelEvent>;
}

/**
 * A model without a network, for the demo and for tests. Its answer depends only on the history, so it continues correctly
 * after a restart. One exception: a step with `fail.times` counts its attempts in memory.
 */
export function createScripted(clock: Clock): Scripted {
  const attempts = new Map<string, number>();
  return {
    stream: (request, { modelKey, rates }) => {
      const fails = (identity: string, { times }: ScriptFailure) => {
        const attempt = (attempts.get(identity) ?? 0) + 1;
        if (attempts.size >= attemptsMax) attempts.clear();
        attempts.set(identity, attempt);
        return times === undefined || attempt <= times;
      };
      return play(request, { modelKey, rates, clock, fails });
    },
  };
}

const attemptsMax = 10_000;

interface ScriptPlayer {
  modelKey: string;
  rates: Rates;
  clock: Clock;
  /** Counts an attempt at the step and returns whether it fails. */
  fails(identity: string, failure: ScriptFailure): boolean;
}

async function* play(
  request: ModelRequest,
  player: ScriptPlayer,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { step, identity } = nextStep(request, player.modelKey);
  const failure = step.fail !== undefined && player.fails(identity, step.fail) ? step.fail : undefined;
  await player.clock.sleep(step.delayMs ?? 0, request.signal);
  const pieces = piecesOf(step);
  const sent = failure === undefined ? pieces : pieces.slice(0, failure.afterTokens ?? 0);
  yield* paced(sent, { clock: player.clock, signal: request.signal, tokensPerSecond: step.tokensPerSecond });
  if (failure !== undefined)
    throw new ModelError(failure.failure, failure.message ?? "The script asked for this failure.", {
      retryAfterMs: failure.retryAfterMs,
    });
  yield* toolCalls(step, request);
  yield { type: "finish", reason: reasonOf(step), usage: usageOf(request, pieces.length, player.rates) };
}

function nextStep({ history }: ModelRequest, modelKey: string): { step: ScriptStep; identity: string } {
  if (modelKey === "demo") return { step: demoStep(history), identity: "demo" };
  if (modelKey === "echo") {
    const last = history.findLast(({ message }) => message.role === "user");
    return { step: { text: last === undefined ? "" : textOf(last.message.content) }, identity: "echo" };
  }
  const { steps, messageId, played } = findScript(history);
  return { step: steps[played] ?? { text: "Done." }, identity: `${messageId} ${played}` };
}

function piecesOf({ reasoning = "", text = "", tokens = 0 }: ScriptStep): ModelEvent[] {
  return [
    ...tokensOf(reasoning).map((piece) => ({ type: "reasoning" as const, text: piece })),
    ...[...tokensOf(text), ...fillerText(tokens)].map((piece) => ({ type: "text" as const, text: piece })),
  ];
}

/** Ids are the same at every replay and unique in the conversation. */
function* toolCalls({ toolCalls: calls = [] }: ScriptStep, { history }: ModelRequest): Generator<ModelEvent> {
  const answer = history.filter(({ message }) => message.role === "assistant").length + 1;
  for (const [index, { toolName, input }] of calls.entries()) {
    yield {
      type: "tool-call",
      toolCallId: `call_${answer}_${index + 1}`,
      toolName,
      input: typeof input === "string" ? input : JSON.stringify(input ?? {}),
      providerMetadata: null,
    };
  }
}

function reasonOf({
  finish,
  toolCalls: calls = [],
}: ScriptStep): Extract<ModelEvent, { type: "finish" }>["reason"] {
  return finish ?? (calls.length > 0 ? "tool-calls" : "stop");
}

/** Counts four characters as one token. */
function usageOf({ system, history }: ModelRequest, outputTokens: number, rates: Rates) {
  const characters = history.reduce(
    (sum, { message }) => sum + JSON.stringify(message.content).length,
    system.length,
  );
  const input = Math.ceil(characters / 4);
  return usageFrom(
    {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: outputTokens, text: outputTokens, reasoning: 0 },
    },
    rates,
  );
}

/** Pieces of at most five characters; surrogate pairs are not split. */
function tokensOf(text: string): string[] {
  return text.match(/.{1,5}/gsu) ?? [];
}

const words =
  "the agent reads one file after another and writes down what it has seen until all is clear".split(" ");

/** `count` tokens of text, always the same ones. */
function fillerText(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${words[index % words.length]}${index % 17 === 16 ? ".\n" : " "}`,
  );
}

/** How many pieces are sent before other work gets a turn. */
const burst = 100;

/** Yields pieces at the given speed. Throws the reason of the signal when it is aborted. */
async function* paced<T>(
  pieces: readonly T[],
  {
    clock,
    signal,
    tokensPerSecond,
  }: { clock: Clock; signal: AbortSignal; tokensPerSecond: number | undefined },
): AsyncGenerator<T, void, undefined> {
  const startedAt = clock.now();
  for (const [index, piece] of pieces.entries()) {
    signal.throwIfAborted();
    const dueInMs =
      tokensPerSecond === undefined ? 0 : startedAt + (index * 1000) / tokensPerSecond - clock.now();
    if (dueInMs >= 1 || index % burst === burst - 1) await clock.sleep(Math.max(0, dueInMs), signal);
    yield piece;
  }
}
