import { AppError, notFound, type Problem } from "../../errors.ts";
import type { Workspace, WorkspaceChange, WorkspaceStore } from "../../workspace.ts";
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
  created_at: string;
  updated_at: string;
}

/** `update` throws not-found for an unknown id; `remove` throws workspace-in-use while there are sessions in it. */
export function createWorkspaceStore(database: Database): WorkspaceStore {
  const insert = database.statement(`
    INSERT INTO workspaces (id, kind, repository, branch, state, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const select = (rest: string) => database.statement<WorkspaceRow>(`SELECT * FROM workspaces ${rest}`);
  const byId = select("WHERE id = ?");
  const newest = select("ORDER BY id DESC LIMIT ?");
  const older = select("WHERE id < ? ORDER BY id DESC LIMIT ?");
  const cloning = select("WHERE state = 'cloning' ORDER BY id");
  const sessions = database.statement<{ id: string }>(
    "SELECT id FROM sessions WHERE workspace_id = ? ORDER BY id",
  );
  const remove = database.statement("DELETE FROM workspaces WHERE id = ?");
  const change = createRowChange<WorkspaceChange>(database, "workspaces", {
    state: (state) => ({ state }),
    branch: (branch) => ({ branch }),
    head: (head) => ({ head }),
    progress: (progress) => ({ progress: toJsonOrNull(progress) }),
    error: (error) => ({ error: toJsonOrNull(error) }),
  });
  const get = (id: string) => {
    const row = byId.get(id);
    return row ? toWorkspace(row) : undefined;
  };
  const sessionIds = (id: string) => sessions.all(id).map((session) => session.id);

  return {
    create: ({ id, kind, repository, branch, state, createdAt }) => {
      insert.run(id, kind, repository, branch, state, createdAt, createdAt);
    },
    get,
    list: ({ cursor, limit }) =>
      (cursor === undefined ? newest.all(limit) : older.all(cursor, limit)).map(toWorkspace),
    update: (id, fields, at) => {
      change(id, fields, { updated_at: at });
      const workspace = get(id);
      if (!workspace) throw notFound("workspace", id);
      return workspace;
    },
    remove: (id) => {
      const count = sessionIds(id).length;
      if (count > 0)
        throw new AppError("workspace-in-use", `${count} sessions use workspace ${id}; delete them first.`);
      remove.run(id);
    },
    sessionIds,
    cloning: () => cloning.all().map(toWorkspace),
  };
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
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
