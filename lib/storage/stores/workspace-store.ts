import { AppError, notFound, type Problem } from "../../errors.ts";
import { closedNetwork } from "../../ports/workspace-store.ts";
import type { Workspace } from "../../workspace.ts";
import type { NewWorkspace, WorkspaceChange, WorkspaceStore } from "../../ports/workspace-store.ts";
import type { Database } from "../database/database.ts";
import { readOr } from "../database/damaged-rows.ts";
import { fromJsonOrNull, toJsonOrNull } from "../database/json.ts";
import { createRowChange } from "./row-change.ts";

interface WorkspaceRow {
  id: string;
  kind: Workspace["kind"];
  repository: string | null;
  branch: string | null;
  head: string | null;
  state: Workspace["state"];
  progress: string | null;
  error: string | null;
  network: string | null;
  is_git_config_writable: number;
  created_at: string;
  updated_at: string;
}

/** `update` throws not-found for an unknown id; `remove` throws workspace-in-use while sessions use the workspace. */
export function createWorkspaceStore(database: Database): WorkspaceStore {
  const statements = prepareStatements(database);
  const change = createWorkspaceChange(database);
  return {
    create: (workspace) => insertWorkspace(statements, workspace),
    get: (id) => findWorkspace(statements, id),
    list: (page) => listWorkspaces(statements, page),
    update: (id, fields, at) => {
      change(id, fields, { updated_at: at });
      return existingWorkspace(statements, id);
    },
    remove: (id) => removeWorkspace(statements, id),
    sessionIds: (id) => sessionIds(statements, id),
    cloning: () => statements.cloning.all().map(toWorkspace),
  };
}

const insertRow = `
  INSERT INTO workspaces (id, kind, repository, branch, state, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  const select = (rest: string) => database.statement<WorkspaceRow>(`SELECT * FROM workspaces ${rest}`);
  return {
    insert: database.statement(insertRow),
    byId: select("WHERE id = ?"),
    newest: select("ORDER BY id DESC LIMIT ?"),
    older: select("WHERE id < ? ORDER BY id DESC LIMIT ?"),
    cloning: select("WHERE state = 'cloning' ORDER BY id"),
    sessions: database.statement<{ id: string }>(
      "SELECT id FROM sessions WHERE workspace_id = ? ORDER BY id",
    ),
    remove: database.statement("DELETE FROM workspaces WHERE id = ?"),
  };
}

function createWorkspaceChange(database: Database) {
  return createRowChange<WorkspaceChange>(database, "workspaces", {
    state: (state) => ({ state }),
    branch: (branch) => ({ branch }),
    head: (head) => ({ head }),
    progress: (progress) => ({ progress: toJsonOrNull(progress) }),
    error: (error) => ({ error: toJsonOrNull(error) }),
    network: (network) => ({ network: toJsonOrNull(network) }),
    gitConfigWritable: (isWritable) => ({ is_git_config_writable: isWritable ? 1 : 0 }),
  });
}

function insertWorkspace({ insert }: Statements, workspace: NewWorkspace): void {
  const { id, kind, repository, branch, state, createdAt } = workspace;
  insert.run(id, kind, repository, branch, state, createdAt, createdAt);
}

function findWorkspace({ byId }: Statements, id: string): Workspace | undefined {
  return byId.all(id).map(toWorkspace)[0];
}

function existingWorkspace(statements: Statements, id: string): Workspace {
  const workspace = findWorkspace(statements, id);
  if (!workspace) throw notFound("workspace", id);
  return workspace;
}

function listWorkspaces(
  { newest, older }: Statements,
  { cursor, limit }: Parameters<WorkspaceStore["list"]>[0],
): Workspace[] {
  return (cursor === undefined ? newest.all(limit) : older.all(cursor, limit)).map(toWorkspace);
}

function removeWorkspace(statements: Statements, id: string): void {
  const count = sessionIds(statements, id).length;
  if (count > 0)
    throw new AppError("workspace-in-use", `${count} sessions use workspace ${id}; delete them first.`);
  statements.remove.run(id);
}

function sessionIds({ sessions }: Statements, workspaceId: string): string[] {
  return sessions.all(workspaceId).map(({ id }) => id);
}

function toWorkspace(row: WorkspaceRow): Workspace {
  return {
    id: row.id,
    kind: row.kind,
    repository: row.repository,
    branch: row.branch,
    head: row.head,
    state: row.state,
    progress: readOr(null, () => fromJsonOrNull<NonNullable<Workspace["progress"]>>(row.progress)),
    error: readOr(null, () => fromJsonOrNull<Problem>(row.error)),
    network: networkOf(row),
    gitConfigWritable: row.is_git_config_writable === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Where the grants cannot be read, nothing is granted. */
function networkOf({ network }: WorkspaceRow): Workspace["network"] {
  return readOr(closedNetwork, () => fromJsonOrNull<Workspace["network"]>(network) ?? closedNetwork);
}
