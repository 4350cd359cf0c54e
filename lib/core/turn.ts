import { AppError } from "../errors.ts";
import type { MessagePart, ProviderMetadata } from "../message.ts";
import { isPassing, ModelError } from "../model.ts";
import type { ModelEvent, ModelRequest } from "../model.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { Task, Usage } from "../task.ts";
import type { Kit } from "./kit.ts";
import { buildRequest } from "./prompt.ts";

/** Tries of one request, the first included. */
const triesMax = 6;
/** Waiting doubles from here; the desktop's 1 s. A provider's own Retry-After goes before. */
const backoffMs = 1000;
/** A provider that wants us to wait longer than this has failed, and the person is told. */
const retryAfterMaxMs = 5 * 60_000;

/** Asks the model once more and commits what it says. Passing failures are retried; the partial text of a failed try is void. */
export async function takeTurn(
  task: Task,
  settings: ResolvedSettings,
  kit: Kit,
  signal: AbortSignal,
): Promise<void> {
  const request = await buildRequest(task, settings, kit, signal);
  const messageId = kit.newId("msg");
  for (let tries = 1; ; tries++) {
    try {
      const draft = await listen(kit.models.stream(request), { task, messageId, kit, signal });
      return kit.journal.commitTurn(task.id, {
        messageId,
        model: request.model,
        ...draft.done(knownCallIds(request)),
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ModelError)) throw error;
      await pause(error, { tries, task, request, kit, signal });
    }
  }
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
): Promise<Draft> {
  const draft = createDraft();
  let isAnnounced = false;
  for await (const event of events) {
    signal.throwIfAborted();
    draft.add(event);
    if ((event.type !== "text" && event.type !== "reasoning") || event.text === "") continue;
    if (!isAnnounced) kit.journal.beginMessage(task.id, messageId);
    isAnnounced = true;
    kit.deltas.push({
      sessionId: task.sessionId,
      taskId: task.id,
      messageId,
      type: event.type === "text" ? "token" : "reasoning",
      text: event.text,
    });
  }
  draft.check();
  return draft;
}

type Draft = ReturnType<typeof createDraft>;

/** Collects a model's stream into the parts of a message. */
function createDraft() {
  const parts: MessagePart[] = [];
  const metadata: ProviderMetadata[] = [];
  let end: { reason: string; usage: Usage } | undefined;

  const append = (type: "text" | "reasoning", text: string) => {
    const last = parts.at(-1);
    if (last?.type === type && metadata.at(-1) === null) last.text += text;
    else if (text !== "") push({ type, text }, null);
  };
  const push = (part: MessagePart, providerMetadata: ProviderMetadata) => {
    parts.push(part);
    metadata.push(providerMetadata);
  };
  const annotate = (type: "text" | "reasoning", providerMetadata: ProviderMetadata) => {
    if (parts.at(-1)?.type === type) metadata[metadata.length - 1] = providerMetadata;
    else if (type === "reasoning") push({ type, text: "" }, providerMetadata); // Redacted reasoning has no text.
  };

  return {
    add: (event: ModelEvent): void => {
      switch (event.type) {
        case "text":
        case "reasoning":
          return append(event.type, event.text);
        case "part-metadata":
          return annotate(event.part, event.providerMetadata);
        case "tool-call":
          return push(
            {
              type: "tool-call",
              toolCallId: event.toolCallId,
              toolName: event.toolName,
              input: parseInput(event.input),
            },
            event.providerMetadata,
          );
        case "finish":
          end = event;
      }
    },
    check: (): void => {
      if (end === undefined)
        throw new ModelError("network", "The stream of the model ended before its answer did.");
      if (parts.some((part) => part.type !== "reasoning")) return;
      if (end.reason === "content-filter")
        throw new ModelError("refused", "The provider's content filter held the answer back.");
      throw new ModelError("malformed", "The model answered with nothing.");
    },
    /** Providers repeat ids; here each id names one call of the session. */
    done: (taken: Set<string>) => ({
      parts: parts.map((part) =>
        part.type === "tool-call" ? { ...part, toolCallId: freeId(part.toolCallId, taken) } : part,
      ),
      providerMetadata: metadata,
      usage: end?.usage ?? { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costUsd: 0 },
    }),
  };
}

/** What is no JSON stays text; the tool's check tells the model so. */
function parseInput(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted === "" ? "call" : wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted || "call"}_${count}`;
  taken.add(id);
  return id;
}

function knownCallIds(request: ModelRequest): Set<string> {
  const parts = request.history.flatMap(({ message }) => message.content);
  return new Set(parts.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : [])));
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
  if (!isPassing(error.failure) || tries >= triesMax || waitMs > retryAfterMaxMs)
    throw asProblem(error, request.model, tries);
  kit.deltas.flush();
  kit.journal.tell(
    task.id,
    `${error.message} Trying again in ${Math.max(1, Math.round(waitMs / 1000))} s (${tries} of ${triesMax - 1}).`,
  );
  await kit.clock.sleep(waitMs, signal);
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
