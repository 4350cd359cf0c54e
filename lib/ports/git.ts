import type { WorkspaceDiff, WorkspaceStatus } from "../workspace.ts";

/** Answers of `inspectRepository`. */
export type RepositoryKind = "remote" | "local";

/** Git on this host, hardened: nothing in a URL, a name or a clone's own configuration executes anything. */
export interface Git {
  /** Whether a URL of the contract leads off this host (https, ssh) or stays on it (loopback http, file, plain path). Throws AppError invalid-request for what is neither. */
  inspectRepository(repository: string): RepositoryKind;
  /** Clones into the folder of the workspace. `onProgress` hears git's phases with percent. Throws AppError clone-failed with git's reason in words; leaves no folder behind then. */
  clone(options: {
    workspaceId: string;
    repository: string;
    branch: string | null;
    signal: AbortSignal;
    onProgress(progress: { phase: string; percent: number | null }): void;
  }): Promise<{ head: string | null; branch: string | null }>;
  /** An empty folder under git, so that diff and status work. */
  createScratch(workspaceId: string): Promise<void>;
  /** Fetches and fast-forwards. Throws AppError sync-refused where that is impossible. */
  sync(workspaceId: string, signal: AbortSignal): Promise<{ head: string | null; branch: string | null }>;
  /** The commit a clone is at. Null for a scratch folder, and where there is no commit or no usable repository any more. */
  head(workspaceId: string): Promise<string | null>;
  status(workspaceId: string): Promise<WorkspaceStatus>;
  diff(workspaceId: string, path: string | undefined): Promise<WorkspaceDiff>;
  /** Whether the folder holds commits, changes or new files that no remote has. A scratch folder with any file has. */
  hasUnpushedWork(workspaceId: string): Promise<boolean>;
  /** Ids of the workspaces that have a folder here: whole ones, and ones of which only something is left or begun. */
  folders(): Promise<{ whole: Set<string>; broken: Set<string> }>;
  /** Renames what is in the folder's place; gives the new name. Nothing here deletes it. */
  setAside(workspaceId: string): Promise<string>;
  /** Deletes the folder. */
  remove(workspaceId: string): Promise<void>;
}
