import type { Schemas } from "../../packages/shared/src/schemas.ts";
import type { Action } from "../action.ts";
import type { Agent } from "../agent.ts";
import type { EventFeed } from "../event.ts";
import type { Attachments } from "../file.ts";
import type { Message, PageQuery } from "../message.ts";
import type { ModelPage } from "../model.ts";
import type { Session, SessionQuery } from "../session.ts";
import type { GlobalSettings, GlobalSettingsPatch, VariableScope } from "../settings.ts";
import type { Task, TaskQuery } from "../task.ts";
import type { ToolSpec } from "../tool.ts";
import type {
  CommandGrants,
  Workspace,
  WorkspaceDiff,
  WorkspaceStatus,
  WorkspaceTree,
} from "../workspace.ts";

/** In all services, a method that takes an id throws AppError not-found when nothing has that id. */
export interface SessionService {
  create(request: Schemas["CreateSession"]): Session;
  get(id: string): Session;
  list(query: SessionQuery): Session[];
  update(id: string, change: Schemas["UpdateSession"]): Session;
  /** Throws session-busy while a task runs. */
  remove(id: string): void;
  send(id: string, request: Schemas["SendMessage"]): Schemas["SentMessage"];
  messages(id: string, page: PageQuery): Message[];
}

export interface TaskService {
  get(id: string): Task;
  list(query: TaskQuery): Task[];
  update(id: string, change: Schemas["UpdateTask"]): Task;
}

export interface ActionService {
  /** Resolves a pending action, or cancels a task. Throws action-decided, action-mismatch, task-ended. */
  create(sessionId: string, request: Schemas["CreateAction"]): Schemas["ActionOutcome"];
  pending(sessionId: string | undefined, page: PageQuery): Action[];
}

export interface FileService {
  /** Waits for the bytes. Call `commit` in the transaction: it stores the file. `discard` deletes the bytes. */
  receive(upload: {
    filename: string | null;
    bytes: AsyncIterable<Uint8Array>;
  }): Promise<{ commit(): Schemas["StoredFile"]; discard(): void }>;
  get(id: string): Schemas["StoredFile"];
  content: Pick<Attachments, "open">;
  remove(id: string): void;
}

export interface WorkspaceService {
  create(request: Schemas["CreateWorkspace"]): Workspace;
  get(id: string): Workspace;
  list(page: PageQuery): Workspace[];
  /** Of the commands in it; a secret has no value. */
  variables(id: string): Schemas["Variables"];
  /** Grants commands what the request names. Throws invalid-request for a host that cannot be granted. */
  update(id: string, change: Schemas["UpdateWorkspace"]): Workspace;
  /** Checks that no work is lost. `commit` deletes the workspace and, after the transaction, its folder. */
  prepareRemoval(id: string, options: { force: boolean }): Promise<{ commit(): void }>;
  sync(id: string, signal: AbortSignal): Promise<{ commit(): Workspace }>;
  status(id: string): Promise<WorkspaceStatus>;
  diff(id: string, path: string | undefined): Promise<WorkspaceDiff>;
  tree(
    id: string,
    options: { path: string | undefined; depth: number; signal: AbortSignal },
  ): Promise<WorkspaceTree>;
  /** Throws not-found, too-large. */
  read(id: string, path: string): Promise<Uint8Array>;
}

export interface ToolService {
  list(): ToolSpec[];
  /** Runs a tool. With a `requestKey` that was used before, it waits for that run instead. */
  run(
    call: { sessionId: string; toolName: string; input: Record<string, unknown> },
    options: { requestKey: string | undefined; signal: AbortSignal },
  ): Promise<Schemas["ToolRun"]>;
}

export interface AgentService {
  create(request: Schemas["CreateAgent"]): Agent;
  get(id: string): Agent;
  list(page: PageQuery): Agent[];
  update(id: string, change: Schemas["UpdateAgent"]): Agent;
  remove(id: string): void;
}

export interface SettingsService {
  get(): GlobalSettings;
  update(patch: GlobalSettingsPatch): GlobalSettings;
}

/** Variables that a person gives to commands. A secret value is masked before anything can use it. */
export interface Variables {
  /** Call it before anything else: from then on all secrets that are stored are masked. */
  learn(): void;
  /** As people see them: a secret has no value. */
  view(scope: VariableScope): Record<string, Schemas["Variable"]>;
  passed(): string[];
  /** Both are part of a transaction of settings.db, or one of their own. Both throw AppError invalid-request. */
  change(scope: VariableScope, patch: Schemas["VariablesPatch"]): void;
  pass(names: readonly string[]): void;
  forget(workspaceId: string): void;
  /** Removes those of workspaces that are gone. A kill after the deletion of a workspace leaves them. */
  removeOrphans(): void;
  /** What the commands of a workspace get. Where a name is set twice, that of the workspace counts, then the global one. */
  grantsOf(workspaceId: string): CommandGrants;
}

export interface ModelService {
  list(): Promise<ModelPage>;
}

/** Everything that a handler may use. Built in app/assemble.ts. */
export interface Services {
  sessions: SessionService;
  tasks: TaskService;
  actions: ActionService;
  events: EventFeed;
  files: FileService;
  workspaces: WorkspaceService;
  tools: ToolService;
  agents: AgentService;
  settings: SettingsService;
  models: ModelService;
  server: { describe(): Schemas["Server"]; contract(): Record<string, unknown> };
}

/** A page of at most `limit` items. Give it one item more than that, when there is one: then it has a next page. */
export function pageOf<T extends { id: string }>(
  items: T[],
  limit: number,
): { items: T[]; nextCursor: string | null } {
  const page = items.slice(0, limit);
  return { items: page, nextCursor: items.length > limit ? (page.at(-1)?.id ?? null) : null };
}
