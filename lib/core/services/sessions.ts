import { builtInAgentId } from "../../agent.ts";
import { AppError, requireFound } from "../../errors.ts";
import { textOf } from "../../message.ts";
import { timestamp } from "../../ports/clock.ts";
import type { SessionService } from "../../ports/services.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { Session, Snapshot } from "../../session.ts";
import { plainText } from "../../ports/terminal-text.ts";
import { titleFrom } from "../../session.ts";
import { mergeSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { TaskWorkspaces } from "../workspaces/workspaces.ts";
import { messageParts, receiveMessage, requireModel } from "./inbox.ts";
import type { InboxContext } from "./inbox.ts";

export interface SessionsContext extends InboxContext {
  workspaces: Pick<TaskWorkspaces, "create" | "get">;
  /** Ends the streams of a deleted session. */
  endStreams(sessionId: string): void;
}

export function createSessions(
  context: SessionsContext,
): SessionService & { snapshot(id: string): Snapshot } {
  const { sessions, messages } = context.runtime.storage;
  const get = (id: string) => getSession(context, id);
  return {
    get,
    list: (query) => sessions.list(query),
    messages: (id, page) => (get(id), messages.list(id, page)),
    create: (request) => createSession(context, request),
    update: (id, change) => updateSession(context, id, change),
    remove: (id) => removeSession(context, id),
    send: (id, request) => receiveMessage(context, get(id), request),
    snapshot: (id) => takeSnapshot(context, id),
  };
}

function getSession({ runtime }: SessionsContext, id: string): Session {
  return requireFound(runtime.storage.sessions.get(id), "session", id);
}

function createSession(context: SessionsContext, request: Schemas["CreateSession"]): Session {
  const { runtime, agents, workspaces } = context;
  const { sessions, events } = runtime.storage;
  requireModel(runtime.models, request.model);
  const workspace = request.workspaceId
    ? workspaces.get(request.workspaceId)
    : workspaces.create(request.workspace ?? {});
  const agent = agents.find(request.agentId ?? builtInAgentId, { strict: true });
  const id = runtime.newId("ses");
  sessions.create({
    id,
    title: request.title ?? titleFrom(plainText(firstText(request))),
    workspaceId: workspace.id,
    agentId: agent.id,
    settings: mergeSettings(request.settings ?? {}, request.model ? { model: request.model } : {}),
    createdAt: timestamp(runtime.clock.now()),
  });
  const session = getSession(context, id);
  events.append(id, [
    { type: "session.updated", data: { session } },
    { type: "workspace.updated", data: { workspace } },
  ]);
  if (request.message) receiveMessage(context, session, request.message);
  return getSession(context, id);
}

function firstText({ message }: Schemas["CreateSession"]): string {
  return message ? textOf(messageParts(message.content)) : "";
}

function updateSession(context: SessionsContext, id: string, change: Schemas["UpdateSession"]): Session {
  const { models, clock, storage } = context.runtime;
  const session = getSession(context, id);
  requireModel(models, change.model);
  requireModel(models, change.settings?.model);
  const patch = { ...change.settings, ...(change.model === undefined ? {} : { model: change.model }) };
  const at = timestamp(clock.now());
  const settings = mergeSettings(session.settings, patch);
  storage.sessions.update(id, { ...titleAndArchive(change, at), settings }, at);
  storage.events.append(id, [{ type: "session.updated", data: { session: getSession(context, id) } }]);
  return getSession(context, id);
}

function titleAndArchive({ title, archived }: Schemas["UpdateSession"], at: string) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(archived === undefined ? {} : { archivedAt: archived ? at : null }),
  };
}

function removeSession({ runtime: { storage }, endStreams }: SessionsContext, id: string): void {
  const session = requireFound(storage.sessions.outline(id), "session", id); // A damaged session can be deleted too.
  if (session.activeTask !== null)
    throw new AppError("session-busy", "The session has a task at work or in the queue. Cancel it first.");
  storage.sessions.remove(id);
  storage.afterCommit(() => endStreams(id));
}

function takeSnapshot(context: SessionsContext, id: string): Snapshot {
  const { actions, messages } = context.runtime.storage;
  const session = getSession(context, id);
  const { activeTask } = session;
  return {
    session,
    workspace: context.workspaces.get(session.workspaceId),
    activeTask,
    actions: actions.pending(id, { limit: 1000 }),
    streaming: activeTask === null ? null : streamingMessage(context, activeTask),
    queue: messages.waiting(id),
  };
}

/** The message that the agent is writing just now. */
function streamingMessage({ runtime }: SessionsContext, { id, sessionId }: Task): Snapshot["streaming"] {
  const { tasks, events } = runtime.storage;
  const messageId = tasks.streamingMessageId(id);
  return messageId === null ? null : { messageId, taskId: id, ...events.written(sessionId, messageId) };
}
