import { builtInAgentId } from "../../agent.ts";
import { AppError } from "../../errors.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import { textOf } from "../../message.ts";
import type { SessionService } from "../../ports/services.ts";
import type { Snapshot } from "../../session.ts";
import { titleFrom } from "../../session.ts";
import { mergeSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { createInbox, messageParts } from "./inbox.ts";
import type { InboxOptions } from "./inbox.ts";
import { requireFound } from "../journal/task-records.ts";
import type { TaskWorkspaces } from "../workspaces/workspaces.ts";

export interface SessionsOptions extends InboxOptions {
  workspaces: TaskWorkspaces;
  /** Ends the streams of a session that is gone. */
  endStreams(sessionId: string): void;
}

export function createSessions(parts: SessionsOptions): SessionService & { snapshot(id: string): Snapshot } {
  const { runtime, journal, workspaces, agents } = parts;
  const { storage, newId } = runtime;
  const { sessions, tasks, messages, actions, events } = storage;
  const inbox = createInbox(parts);
  const get = (id: string) => requireFound(sessions.get(id), "session", id);

  return {
    get,
    list: (query) => sessions.list(query),
    messages: (id, page) => (get(id), messages.list(id, page)),

    create: (request) => {
      inbox.requireModel(request.model);
      const workspace = request.workspaceId
        ? workspaces.get(request.workspaceId)
        : workspaces.create(request.workspace ?? {});
      const agent = agents.find(request.agentId ?? builtInAgentId, { strict: true });
      const id = newId("ses");
      sessions.create({
        id,
        title:
          request.title ?? titleFrom(request.message ? textOf(messageParts(request.message.content)) : ""),
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
      if (request.message) inbox.send(session, request.message);
      return get(id);
    },

    update: (id, change) => {
      const session = get(id);
      inbox.requireModel(change.model);
      inbox.requireModel(change.settings?.model);
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
      const session = requireFound(sessions.outline(id), "session", id); // What is damaged can be deleted as well.
      if (session.activeTask !== null)
        throw new AppError(
          "session-busy",
          "The session has a task at work or in the queue. Cancel it first.",
        );
      sessions.remove(id);
      storage.afterCommit(() => parts.endStreams(id));
    },

    send: (id, request) => inbox.send(get(id), request),

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

  function streaming(sessionId: string, task: Task): Snapshot["streaming"] {
    const messageId = tasks.streamingMessageId(task.id);
    return messageId === null
      ? null
      : { messageId, taskId: task.id, ...events.written(sessionId, messageId) };
  }
}

function changeOf(change: Schemas["UpdateSession"], at: string) {
  return {
    ...(change.title === undefined ? {} : { title: change.title }),
    ...(change.archived === undefined ? {} : { archivedAt: change.archived ? at : null }),
  };
}
