import type { WorkspaceDiff, WorkspaceStatus } from "../workspace.ts";

export type RepositoryKind = "remote" | "local";

export interface WorktreeState {
  /** Changes when the commit, the list of changes, or the configuration and hooks of git change. At most 1000 changes count. */
  summary: string;
  /** Files that differ from the commit or are new, whose contents the summary does not cover. At most 200; it covers the others. */
  changed: string[];
}

/** Git on this host. Nothing in a URL, a name or the configuration of a clone can run a program. */
export interface Git {
  /** `remote` for https and ssh, `local` for http to a loopback address, file URLs and paths. Throws AppError invalid-request for anything else. */
  inspectRepository(repository: string): RepositoryKind;
  /** Clones into the folder of the workspace. `onProgress` gets each phase of git with percent. Throws AppError clone-failed with git's reason; then no folder is left. */
  clone(options: {
    workspaceId: string;
    repository: string;
    branch: string | null;
    signal: AbortSignal;
    onProgress(progress: { phase: string; percent: number | null }): void;
  }): Promise<{ head: string | null; branch: string | null }>;
  /** Creates an empty folder under git, so that diff and status work. */
  createScratch(workspaceId: string): Promise<void>;
  /** Fetches and fast-forwards. Throws AppError sync-refused when that is impossible. */
  sync(workspaceId: string, signal: AbortSignal): Promise<{ head: string | null; branch: string | null }>;
  /** The current commit of a clone. Null for a scratch folder, and when there is no commit or no usable repository. */
  head(workspaceId: string): Promise<string | null>;
  status(workspaceId: string): Promise<WorkspaceStatus>;
  /** What the files of a workspace are, and what git would run in it. Throws AppError workspace-not-ready when git cannot read it. */
  worktreeState(workspaceId: string): Promise<WorktreeState>;
  diff(workspaceId: string, path: string | undefined): Promise<WorkspaceDiff>;
  /** Whether the folder holds commits, changes or new files that no remote has. A scratch folder with any file has. */
  hasUnpushedWork(workspaceId: string): Promise<boolean>;
  /** Ids of workspaces with a folder on this disk: complete folders, and unfinished or damaged ones. */
  folders(): Promise<{ whole: Set<string>; broken: Set<string> }>;
  /** Renames the folder of a workspace, so that a new one can take its place. Returns the new name. It is never deleted. */
  setAside(workspaceId: string): Promise<string>;
  /** Deletes the folder of a workspace. */
  remove(workspaceId: string): Promise<void>;
}
