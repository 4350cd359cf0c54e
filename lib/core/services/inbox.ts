import { AppError, requireFound } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Scheduler } from "../loop/scheduler.ts";
import type { Message, MessagePart } from "../../message.ts";
import type { ModelClient } from "../../model.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Session } from "../../session.ts";
import type { Settings } from "../../settings.ts";
import { mergeSettings, settingsLayers } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { AgentFinder } from "./agents.ts";
import type { GlobalSettingsService } from "./settings.ts";

export interface InboxContext {
  runtime: Pick<Runtime, "clock" | "defaultModel" | "limits" | "models" | "newId" | "storage">;
  journal: Pick<Journal, "announce">;
  scheduler: Pick<Scheduler, "wake">;
  agents: AgentFinder;
  settings: Pick<GlobalSettingsService, "resolve">;
}

type Incoming = Pick<Schemas["SendMessage"], "content" | "fileIds" | "delivery" | "settings">;

/**
 * Stores a message of a person together with the task that will read it. In an idle session the message makes a new task;
 * in a working one it goes to the running task, or waits in the queue when it asks for that. Throws AppError before
 * anything is written when no model could answer, when the queue is full, or when a file does not exist.
 */
export function receiveMessage(
  context: InboxContext,
  session: Session,
  incoming: Incoming,
): Schemas["SentMessage"] {
  const { runtime, journal } = context;
  const { sessions, tasks } = runtime.storage;
  const settings = incoming.settings ?? {};
  checkQueue(runtime, session.id);
  requireAnyModel(context, session, settings);
  const active = incoming.delivery === "queue" ? null : session.activeTask;
  const task =
    active === null ? createTask(context, session, settings) : addSettings(runtime, active, settings);
  const message = createMessage(runtime, task, incoming);
  const { lastEventId } = requireFound(sessions.get(session.id), "session", session.id);
  journal.announce(task, [{ type: "message.created", taskId: task.id, data: { message } }]);
  return { message, task: requireFound(tasks.get(task.id), "task", task.id), eventsAfter: lastEventId };
}

function checkQueue({ storage, limits }: InboxContext["runtime"], sessionId: string): void {
  if (storage.messages.waiting(sessionId).length < limits.queuedMessagesMax) return;
  const detail = `${limits.queuedMessagesMax} messages wait in this session already. Try again when some were taken up.`;
  throw new AppError("queue-full", detail, { retryAfterSeconds: 5 });
}

/** Refuses a message that no model could answer, instead of accepting it for a task that must fail. */
function requireAnyModel(context: InboxContext, session: Session, settings: Settings): void {
  const { models, defaultModel } = context.runtime;
  const layers = settingsLayers({ settings }, session, context.agents.find(session.agentId));
  const model = context.settings.resolve(layers).model ?? defaultModel;
  if (model === undefined) throw new AppError("model-not-configured", noModel);
  requireModel(models, model);
}

const noModel =
  "No model is chosen. Set TALKCODY_MODEL (for example gpt-5-mini@openai) with the provider's key in the environment, " +
  "or PATCH /v1/settings with `providers` and `settings.model`; GET /v1/models lists what is configured.";

/** Throws model-not-configured when a model is named that cannot answer. */
export function requireModel(
  models: Pick<ModelClient, "problemWith">,
  model: string | null | undefined,
): void {
  const problem = model ? models.problemWith(model) : undefined;
  if (problem !== undefined) throw new AppError("model-not-configured", problem);
}

function createTask(
  { runtime, scheduler }: InboxContext,
  { id: sessionId }: Session,
  settings: Settings,
): Task {
  const { storage, newId, clock } = runtime;
  const id = newId("tsk");
  storage.tasks.create({ id, sessionId, settings, createdAt: timestamp(clock.now()) });
  storage.afterCommit(scheduler.wake);
  return requireFound(storage.tasks.get(id), "task", id);
}

/** The settings of a message hold for the running task from now on. */
function addSettings({ storage: { tasks } }: InboxContext["runtime"], task: Task, settings: Settings): Task {
  tasks.update(task.id, { settings: mergeSettings(task.settings, settings) });
  return requireFound(tasks.get(task.id), "task", task.id);
}

function createMessage(
  { storage, newId, clock }: InboxContext["runtime"],
  { sessionId, id: taskId }: Task,
  { content: sent, fileIds: attached = [] }: Incoming,
): Message {
  const content = messageParts(sent);
  const mentioned = content.flatMap((part) => (part.type === "file" ? [part.fileId] : []));
  const fileIds = [...new Set([...mentioned, ...attached])];
  for (const id of fileIds) requireFound(storage.files.get(id), "file", id);
  const id = newId("msg");
  const createdAt = timestamp(clock.now());
  storage.messages.create({ id, sessionId, taskId, role: "user", content, fileIds, createdAt });
  return requireFound(storage.messages.get(id), "message", id);
}

/** A request may give its content as plain text. */
export function messageParts(content: Schemas["MessageContent"]): MessagePart[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
