import { AppError } from "../../errors.ts";
import { isTransientModelFailure, ModelError } from "../../model.ts";
import type { ModelEvent, ModelRequest } from "../../model.ts";
import type { ResolvedSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { createAnswerDraft, knownCallIds } from "./answer-draft.ts";
import type { AnswerDraft } from "./answer-draft.ts";
import { retryWhileBusy } from "../runtime/retry-while-busy.ts";
import type { Kit } from "./kit.ts";
import { buildRequest } from "./prompt.ts";

/** Tries of one request, the first included. */
const triesMax = 6;
/** Waiting doubles from here; the desktop's 1 s. A provider's own Retry-After goes before. */
const backoffMs = 1000;
/** A provider that wants us to wait longer than this has failed, and the person is told. */
const retryAfterMaxMs = 5 * 60_000;

/** One answer may take this long, however steadily it comes. */
const answerMaxMs = 30 * 60_000;

/** Asks the model once more and commits what it says. Passing failures are retried; the partial text of a failed try is void. */
export async function takeTurn(
  task: Task,
  settings: ResolvedSettings,
  kit: Kit,
  signal: AbortSignal,
): Promise<void> {
  const request = await buildRequest(task, settings, kit, signal);
  // What an earlier run began to say under this id is void once it is said again.
  const messageId = kit.storage.tasks.streamingMessageId(task.id) ?? kit.newId("msg");
  for (let tries = 1; ; tries++) {
    const tooLong = deadline(answerMaxMs, kit);
    try {
      const events = kit.models.stream({ ...request, signal: AbortSignal.any([signal, tooLong.signal]) });
      const draft = await listen(events, { task, messageId, kit, signal });
      const turn = { messageId, model: request.model, ...draft.done(knownCallIds(request)) };
      return await retryWhileBusy(() => kit.journal.commitTurn(task.id, turn), { ...kit, signal });
    } catch (caught) {
      signal.throwIfAborted();
      const error = tooLong.signal.aborted
        ? new ModelError("timeout", "The answer took over 30 minutes.")
        : caught;
      if (!(error instanceof ModelError)) throw error;
      await pause(error, { tries, task, request, kit, signal });
    } finally {
      tooLong.cancel();
    }
  }
}

/** A signal that is aborted after `ms`, unless it is cancelled first. */
function deadline(ms: number, { clock }: Kit): { signal: AbortSignal; cancel(): void } {
  const late = new AbortController();
  const cancelled = new AbortController();
  clock.sleep(ms, cancelled.signal).then(
    () => late.abort(),
    () => {},
  );
  return { signal: late.signal, cancel: () => cancelled.abort() };
}

interface Listening {
  task: Task;
  messageId: string;
  kit: Kit;
  signal: AbortSignal;
}

async function listen(
  events: AsyncIterable<ModelEvent>,
  { task, messageId, kit, signal }: Listening,
): Promise<AnswerDraft> {
  const draft = createAnswerDraft();
  const waiting = { ...kit, signal };
  let isAnnounced = false;
  for await (const event of events) {
    signal.throwIfAborted();
    draft.add(event);
    if ((event.type !== "text" && event.type !== "reasoning") || event.text === "") continue;
    const { text } = event;
    const type = event.type === "text" ? "token" : "reasoning";
    const isFirst = !isAnnounced;
    isAnnounced = true;
    if (isFirst) await retryWhileBusy(() => kit.journal.beginMessage(task.id, messageId), waiting);
    const delta = { sessionId: task.sessionId, taskId: task.id, messageId, type, text } as const;
    await retryWhileBusy(() => kit.deltas.push(delta), waiting);
  }
  draft.check();
  return draft;
}

interface Pause {
  tries: number;
  task: Task;
  request: ModelRequest;
  kit: Kit;
  signal: AbortSignal;
}

/** Waits as long as makes sense, telling people so, or throws what ends the task. */
async function pause(error: ModelError, { tries, task, request, kit, signal }: Pause): Promise<void> {
  const waitMs = error.retryAfterMs ?? backoffMs * 2 ** (tries - 1);
  if (!isTransientModelFailure(error.failure) || tries >= triesMax || waitMs > retryAfterMaxMs)
    throw asProblem(error, request.model, tries);
  kit.deltas.flush();
  kit.journal.tell(
    task.id,
    `${error.message} Trying again in ${Math.max(1, Math.round(waitMs / 1000))} s (${tries} of ${triesMax - 1}).`,
  );
  await kit.clock.sleep(waitMs, AbortSignal.any([signal, kit.stopping])); // The next run asks at once.
}

function asProblem(error: ModelError, model: string, tries: number): AppError {
  const said = `${model}: ${error.message}`;
  switch (error.failure) {
    case "context-overflow":
      return new AppError(
        "context-overflow",
        `${said} Start a new session, or choose a model with a larger context.`,
        { cause: error },
      );
    case "unauthorized":
    case "refused":
      return new AppError("model-refused", said, { cause: error });
    default:
      return new AppError(
        "model-failed",
        `${said} Tried ${tries} ${tries === 1 ? "time" : "times"}; send a message to try again.`,
        { cause: error },
      );
  }
}
