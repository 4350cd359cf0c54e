import { builtInAgentId } from "../agent.ts";
import { AppError } from "../errors.ts";
import type { Schemas } from "../../packages/shared/src/index.ts";
import type { Message, MessagePart } from "../message.ts";
import { textOf } from "../message.ts";
import type { SessionService } from "../services.ts";
import type { Session, Snapshot } from "../session.ts";
import { titleFrom } from "../session.ts";
import { mergeSettings } from "../settings.ts";
import type { Settings } from "../settings.ts";
import type { Task } from "../task.ts";
import type { AgentFinder } from "./agents.ts";
import { existing } from "./journal.ts";
import type { Journal } from "./journal.ts";
import type { Runtime } from "./runtime.ts";
import type { Scheduler } from "./scheduler.ts";
import type { GlobalSettingsService } from "./settings.ts";
import type { Clones } from "./workspaces.ts";

export interface SessionParts {
  runtime: Runtime;
  journal: Journal;
  scheduler: Pick<Scheduler, "wake">;
  workspaces: Clones;
  agents: AgentFinder;
  settings: GlobalSettingsService;
  /** Ends the streams of a session that is gone. */
  endStreams(sessionId: string): void;
}

export function createSessions(parts: SessionParts): SessionService & { snapshot(id: string): Snapshot } {
  const { runtime, journal, scheduler, workspaces, agents, settings } = parts;
  const { storage, newId } = runtime;
  const { sessions, tasks, messages, actions, events } = storage;
  const get = (id: string) => existing(sessions.get(id), "session", id);

  /** Stores a message and the task that will take it up. */
  const submit = (session: Session, message: Schemas["FirstMessage"], task: Task): Message => {
    const content = partsOf(message);
    const fileIds = [...new Set([...fileIdsOf(content), ...(message.fileIds ?? [])])];
    for (const id of fileIds) existing(storage.files.get(id), "file", id);
    const id = newId("msg");
    messages.create({
      id,
      sessionId: session.id,
      taskId: task.id,
      role: "user",
      content,
      fileIds,
      createdAt: journal.now(),
    });
    return existing(messages.get(id), "message", id);
  };

  const newTask = (session: Session, own: Settings): Task => {
    const id = newId("tsk");
    checkModel(session, own);
    tasks.create({ id, sessionId: session.id, settings: own, createdAt: journal.now() });
    storage.afterCommit(scheduler.wake);
    return existing(tasks.get(id), "task", id);
  };

  /** A message that no model could ever answer is refused at once, not accepted and forgotten. */
  const checkModel = (session: Session, own: Settings): void => {
    const agent = agents.find(session.agentId);
    const layers = [own, session.settings, agent.model === null ? {} : { model: agent.model }];
    const model = settings.resolve(layers).model ?? runtime.defaultModel;
    if (model === undefined) throw new AppError("model-not-configured", noModel);
    requireModel(model);
  };

  const requireModel = (model: string | null | undefined): void => {
    const problem = model ? runtime.models.problemWith(model) : undefined;
    if (problem !== undefined) throw new AppError("model-not-configured", problem);
  };

  const checkQueue = (sessionId: string): void => {
    const most = runtime.limits.queuedMessagesMax;
    if (messages.waiting(sessionId).length < most) return;
    throw new AppError(
      "queue-full",
      `${most} messages wait in this session already. Try again when some were taken up.`,
      { retryAfterSeconds: 5 },
    );
  };

  return {
    get,
    list: (query) => sessions.list(query),
    messages: (id, page) => (get(id), messages.list(id, page)),

    create: (request) => {
      requireModel(request.model);
      const workspace = request.workspaceId
        ? workspaces.get(request.workspaceId)
        : workspaces.create(request.workspace ?? {});
      const agent = agents.find(request.agentId ?? builtInAgentId, { strict: true });
      const id = newId("ses");
      sessions.create({
        id,
        title: request.title ?? titleFrom(request.message ? textOf(partsOf(request.message)) : ""),
        workspaceId: workspace.id,
        agentId: agent.id,
        settings: mergeSettings(request.settings ?? {}, request.model ? { model: request.model } : {}),
        createdAt: journal.now(),
      });
      const session = get(id);
      events.append(id, [
        { type: "session.updated", data: { session } },
        { type: "workspace.updated", data: { workspace } },
      ]);
      if (request.message) send(session, request.message, {});
      return get(id);
    },

    update: (id, change) => {
      const session = get(id);
      requireModel(change.model);
      requireModel(change.settings?.model);
      const patch = { ...change.settings, ...(change.model === undefined ? {} : { model: change.model }) };
      sessions.update(
        id,
        { ...changeOf(change, journal.now()), settings: mergeSettings(session.settings, patch) },
        journal.now(),
      );
      events.append(id, [{ type: "session.updated", data: { session: get(id) } }]);
      return get(id);
    },

    remove: (id) => {
      if (get(id).activeTask !== null)
        throw new AppError(
          "session-busy",
          "The session has a task at work or in the queue. Cancel it first.",
        );
      sessions.remove(id);
      storage.afterCommit(() => parts.endStreams(id));
    },

    send: (id, request) => send(get(id), request, request),

    snapshot: (id) => {
      const session = get(id);
      const active = session.activeTask;
      return {
        session,
        workspace: workspaces.get(session.workspaceId),
        activeTask: active,
        actions: actions.pending(id, { limit: 1000 }),
        streaming: active === null ? null : streaming(session.id, active),
        queue: messages.waiting(id),
      };
    },
  };

  function send(
    session: Session,
    message: Schemas["FirstMessage"],
    how: Pick<Schemas["SendMessage"], "delivery" | "settings">,
  ): Schemas["SentMessage"] {
    checkQueue(session.id);
    const active = session.activeTask;
    const task =
      active !== null && how.delivery !== "queue"
        ? steer(active, how.settings)
        : newTask(session, how.settings ?? {});
    const sent = submit(session, message, task);
    const { lastEventId } = get(session.id);
    journal.announce(task, [{ type: "message.created", taskId: task.id, data: { message: sent } }]);
    return { message: sent, task: existing(tasks.get(task.id), "task", task.id), eventsAfter: lastEventId };
  }

  function steer(task: Task, change: Settings | undefined): Task {
    if (change === undefined) return task;
    tasks.update(task.id, { settings: mergeSettings(task.settings, change) });
    return existing(tasks.get(task.id), "task", task.id);
  }

  function streaming(sessionId: string, task: Task): Snapshot["streaming"] {
    const messageId = tasks.streamingMessageId(task.id);
    return messageId === null
      ? null
      : { messageId, taskId: task.id, ...events.written(sessionId, messageId) };
  }
}

const noModel =
  "No model is chosen. Set TALKCODY_MODEL (for example gpt-5-mini@openai) with the provider's key in the environment, " +
  "or PATCH /v1/settings with `providers` and `settings.model`; GET /v1/models lists what is configured.";

function changeOf(change: Schemas["UpdateSession"], at: string) {
  return {
    ...(change.title === undefined ? {} : { title: change.title }),
    ...(change.archived === undefined ? {} : { archivedAt: change.archived ? at : null }),
  };
}

function partsOf(message: Schemas["FirstMessage"]): MessagePart[] {
  return typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
}

function fileIdsOf(parts: readonly MessagePart[]): string[] {
  return parts.flatMap((part) => (part.type === "file" ? [part.fileId] : []));
}
