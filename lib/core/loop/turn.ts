import type { ModelEvent, ModelRequest } from "../../model.ts";
import { ModelError } from "../../model.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ResolvedSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { Journal } from "../journal/journal.ts";
import { retryWhileBusy } from "../runtime/retry-while-busy.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { addEvent, callIdsIn, checkComplete, completedParts, createAnswerDraft } from "./answer-draft.ts";
import type { AnswerDraft } from "./answer-draft.ts";
import { waitForRetry } from "./model-retry.ts";
import type { ModelRetryContext } from "./model-retry.ts";
import { buildRequest } from "./prompt.ts";
import type { PromptContext } from "./prompt.ts";

export interface TurnContext
  extends PromptContext, ModelRetryContext, Pick<Runtime, "models" | "newId" | "reportFault"> {
  storage: Pick<Runtime["storage"], "attachments" | "messages" | "tasks">;
  clock: Clock;
  journal: Pick<Journal, "beginMessage" | "commitTurn" | "reportStatus">;
}

export interface TurnOptions {
  task: Task;
  settings: ResolvedSettings;
  signal: AbortSignal;
}

/** One answer may take this long, however steadily it comes. */
const answerMsMax = 30 * 60_000;

/** Asks the model once and commits its answer. Transient failures are retried; the partial text of a failed try is void. */
export async function takeTurn(context: TurnContext, { task, settings, signal }: TurnOptions): Promise<void> {
  const request = await buildRequest(context, { task, settings, signal });
  // An earlier run of the server may have streamed text under this id. It becomes void when the message begins again.
  const messageId = context.storage.tasks.streamingMessageId(task.id) ?? context.newId("msg");
  for (let tries = 1; ; tries++) {
    const error = await tryTurn(context, { task, request, messageId, signal });
    if (error === undefined) return;
    await waitForRetry(context, error, { task, model: request.model, tries, signal });
  }
}

interface Try {
  task: Task;
  request: ModelRequest;
  messageId: string;
  signal: AbortSignal;
}

/** Commits the model's answer, or returns why the model gave none. */
async function tryTurn(context: TurnContext, attempt: Try): Promise<ModelError | undefined> {
  const { task, request, messageId, signal } = attempt;
  const deadline = startDeadline(answerMsMax, context.clock);
  try {
    const events = context.models.stream({
      ...request,
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    const draft = await streamAnswer(context, events, attempt);
    const turn = { messageId, model: request.model, ...completedParts(draft, callIdsIn(request.history)) };
    await retryWhileBusy(() => context.journal.commitTurn(task.id, turn), { ...context, signal });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.signal.aborted) return new ModelError("timeout", "The answer took over 30 minutes.");
    if (error instanceof ModelError) return error;
    throw error;
  } finally {
    deadline.cancel();
  }
}

/** A signal that is aborted after `ms`, unless it is cancelled first. */
function startDeadline(ms: number, clock: Clock): { signal: AbortSignal; cancel(): void } {
  const passed = new AbortController();
  const cancelled = new AbortController();
  clock.sleep(ms, cancelled.signal).then(
    () => passed.abort(),
    () => {},
  );
  return { signal: passed.signal, cancel: () => cancelled.abort() };
}

/** Streams the answer to clients while it comes, and collects it. */
async function streamAnswer(
  context: TurnContext,
  events: AsyncIterable<ModelEvent>,
  { task, messageId, signal }: Omit<Try, "request">,
): Promise<AnswerDraft> {
  const { journal, deltas } = context;
  const draft = createAnswerDraft();
  const whileBusy = { ...context, signal };
  let hasBegun = false;
  for await (const event of events) {
    signal.throwIfAborted();
    addEvent(draft, event);
    if ((event.type !== "text" && event.type !== "reasoning") || event.text === "") continue;
    const { text } = event;
    const type = event.type === "text" ? "token" : "reasoning";
    const isFirst = !hasBegun;
    hasBegun = true;
    if (isFirst) await retryWhileBusy(() => journal.beginMessage(task.id, messageId), whileBusy);
    const delta = { sessionId: task.sessionId, taskId: task.id, messageId, type, text } as const;
    await retryWhileBusy(() => deltas.push(delta), whileBusy);
  }
  checkComplete(draft);
  return draft;
}
