import { AppError } from "../../errors.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { Message, MessagePart } from "../../message.ts";
import type { Session } from "../../session.ts";
import type { Settings } from "../../settings.ts";
import { mergeSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { AgentFinder } from "./agents.ts";
import type { Journal } from "../journal/journal.ts";
import { requireFound } from "../journal/task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Scheduler } from "../loop/scheduler.ts";
import type { GlobalSettingsService } from "./settings.ts";

export interface InboxOptions {
  runtime: Runtime;
  journal: Journal;
  scheduler: Pick<Scheduler, "wake">;
  agents: AgentFinder;
  settings: GlobalSettingsService;
}

type Incoming = Pick<Schemas["SendMessage"], "content" | "fileIds" | "delivery" | "settings">;

/** Takes messages from people: each gets a task that will take it up, or is refused before anything is written. */
export function createInbox({ runtime, journal, scheduler, agents, settings }: InboxOptions) {
  const { storage, newId, limits, models, defaultModel } = runtime;
  const { sessions, tasks, messages } = storage;

  const requireModel = (model: string | null | undefined): void => {
    const problem = model ? models.problemWith(model) : undefined;
    if (problem !== undefined) throw new AppError("model-not-configured", problem);
  };

  /** A message that no model could ever answer is refused at once, not accepted and forgotten. */
  const requireSomeModel = (session: Session, own: Settings): void => {
    const agent = agents.find(session.agentId);
    const layers = [own, session.settings, agent.model === null ? {} : { model: agent.model }];
    const model = settings.resolve(layers).model ?? defaultModel;
    if (model === undefined) throw new AppError("model-not-configured", noModel);
    requireModel(model);
  };

  const checkQueue = (sessionId: string): void => {
    if (messages.waiting(sessionId).length < limits.queuedMessagesMax) return;
    const detail = `${limits.queuedMessagesMax} messages wait in this session already. Try again when some were taken up.`;
    throw new AppError("queue-full", detail, { retryAfterSeconds: 5 });
  };

  const queueTask = (session: Session, own: Settings): Task => {
    const id = newId("tsk");
    tasks.create({ id, sessionId: session.id, settings: own, createdAt: journal.now() });
    storage.afterCommit(scheduler.wake);
    return requireFound(tasks.get(id), "task", id);
  };

  const steer = (task: Task, change: Settings): Task => {
    tasks.update(task.id, { settings: mergeSettings(task.settings, change) });
    return requireFound(tasks.get(task.id), "task", task.id);
  };

  const store = ({ sessionId, id: taskId }: Task, { content, fileIds = [] }: Incoming): Message => {
    const parts = messageParts(content);
    const files = [
      ...new Set([...parts.flatMap((part) => (part.type === "file" ? [part.fileId] : [])), ...fileIds]),
    ];
    for (const id of files) requireFound(storage.files.get(id), "file", id);
    const id = newId("msg");
    messages.create({
      id,
      sessionId,
      taskId,
      role: "user",
      content: parts,
      fileIds: files,
      createdAt: journal.now(),
    });
    return requireFound(messages.get(id), "message", id);
  };

  return {
    requireModel,

    /** In an idle session the message starts a task; in a working one it is handed to the running task, or queued. */
    send: (session: Session, incoming: Incoming): Schemas["SentMessage"] => {
      checkQueue(session.id);
      requireSomeModel(session, incoming.settings ?? {});
      const active = incoming.delivery === "queue" ? null : session.activeTask;
      const own = incoming.settings ?? {};
      const task = active === null ? queueTask(session, own) : steer(active, own);
      const message = store(task, incoming);
      const { lastEventId } = requireFound(sessions.get(session.id), "session", session.id);
      journal.announce(task, [{ type: "message.created", taskId: task.id, data: { message } }]);
      return { message, task: requireFound(tasks.get(task.id), "task", task.id), eventsAfter: lastEventId };
    },
  };
}

const noModel =
  "No model is chosen. Set TALKCODY_MODEL (for example gpt-5-mini@openai) with the provider's key in the environment, " +
  "or PATCH /v1/settings with `providers` and `settings.model`; GET /v1/models lists what is configured.";

/** A request may give its content as plain text. */
export function messageParts(content: Schemas["MessageContent"]): MessagePart[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
