import type { Problem } from "../errors.ts";
import type { PageQuery } from "../message.ts";
import type { Workspace } from "../workspace.ts";

export interface NewWorkspace {
  id: string;
  kind: Workspace["kind"];
  repository: string | null;
  branch: string | null;
  state: Workspace["state"];
  createdAt: string;
}

export interface WorkspaceChange {
  state?: Workspace["state"];
  branch?: string | null;
  head?: string | null;
  progress?: Workspace["progress"];
  error?: Problem | null;
  network?: Workspace["network"];
  gitConfigWritable?: boolean;
}

/** What commands reach until a person grants more. */
export const closedNetwork: Workspace["network"] = { mode: "none", hosts: [], presets: [] };

/** Workspaces in chat_history.db. Synchronous. */
export interface WorkspaceStore {
  create(workspace: NewWorkspace): void;
  get(id: string): Workspace | undefined;
  /** Newest first. `cursor` is the last id of the previous page. */
  list(page: PageQuery): Workspace[];
  update(id: string, change: WorkspaceChange, at: string): Workspace;
  remove(id: string): void;
  /** Ids of the sessions that use this workspace. */
  sessionIds(id: string): string[];
  /** Workspaces that are still being cloned or created. */
  cloning(): Workspace[];
}
