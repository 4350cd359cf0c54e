import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { Problem } from "./errors.ts";
import type { PageQuery } from "./message.ts";

export type Workspace = Schemas["Workspace"];
export type WorkspaceStatus = Schemas["WorkspaceStatus"];
export type WorkspaceDiff = Schemas["WorkspaceDiff"];
export type WorkspaceTree = Schemas["WorkspaceTree"];

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
}

/** Workspaces in chat_history.db. Synchronous. */
export interface WorkspaceStore {
  create(workspace: NewWorkspace): void;
  get(id: string): Workspace | undefined;
  /** Newest first; `cursor` is the last id seen. */
  list(page: PageQuery): Workspace[];
  update(id: string, change: WorkspaceChange, at: string): Workspace;
  remove(id: string): void;
  /** Ids of the sessions in this workspace. */
  sessionIds(id: string): string[];
  /** Workspaces whose clone never came to an end. */
  cloning(): Workspace[];
}

export interface FileStat {
  type: "file" | "folder" | "link" | "other";
  sizeBytes: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
}

/**
 * Files of one workspace. Paths are relative to its root, or absolute inside it. Whatever leads outside, through `..`,
 * links or races, and whatever names the inside of `.git`, is refused with a ToolFailure that says so. Special files
 * (FIFOs, devices) are refused. Text is UTF-8.
 */
export interface WorkspaceFiles {
  /** The path relative to the root, with `/`, checked. */
  relative(path: string): string;
  /** Undefined when nothing is there. Links are followed only inside the workspace. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Throws ToolFailure when it is no regular file or larger than `bytesMax`. */
  read(path: string, bytesMax: number): Promise<Uint8Array>;
  /**
   * Creates folders as needed; replaces the file in one step (written beside it, then renamed), keeping its mode. When
   * it returns, a power cut takes nothing back.
   */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Makes what a command or another run of the server wrote there survive a power cut. */
  sync(path: string): Promise<void>;
}

export interface CommandResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  signal: string | null;
  /** Why we ended it, if we did. */
  ended: "timeout" | "cancelled" | "output-limit" | null;
  /** Kept in memory: at most 1 MiB a stream, head and tail. */
  stdout: string;
  stderr: string;
  /** Bytes the command wrote in all. */
  stdoutBytes: number;
  stderrBytes: number;
  /** The disk was full: there are no log files. */
  isLogLost?: boolean;
  durationMs: number;
}

/** Runs commands in one workspace: own process group, cleaned environment, no stdin, bounded output, nothing left behind. */
export interface Shell {
  run(options: {
    command: string;
    timeoutMs: number;
    signal: AbortSignal;
    onOutput(stream: "stdout" | "stderr", text: string): void;
    /** Absolute, inside the workspace: the full streams are written to `<logPrefix>.stdout.log` and `<logPrefix>.stderr.log`, each created only when something was said. */
    logPrefix: string;
  }): Promise<CommandResult>;
}

export interface SearchMatch {
  path: string;
  line: number;
  /** The line, or of a long one at most 200 characters around the match. */
  text: string;
}

/** Ripgrep in one workspace: never reads ignored files, follows no links, `.git` left out. */
export interface Search {
  /** Paths that match, newest first, at most `limit`. */
  glob(options: {
    pattern: string;
    path: string;
    limit: number;
    signal: AbortSignal;
  }): Promise<{ items: { path: string; modifiedAt: number }[]; truncated: boolean }>;
  /** An invalid pattern is searched for as it stands; then `isLiteral` is true. `fileTypes` are endings without dot. */
  grep(options: {
    pattern: string;
    path: string;
    fileTypes: string[];
    filesMax: number;
    matchesPerFileMax: number;
    signal: AbortSignal;
  }): Promise<{ matches: SearchMatch[]; truncated: boolean; isLiteral: boolean }>;
  /** Entries below a folder, ignored ones left out, sorted, folders included. */
  list(options: { path: string; depth: number; limit: number; signal: AbortSignal }): Promise<WorkspaceTree>;
}

/** All that tools may touch. One for each workspace. */
export interface WorkspaceHost {
  /** Absolute. */
  readonly root: string;
  readonly files: WorkspaceFiles;
  readonly shell: Shell;
  readonly search: Search;
  /** Keeps a long text as a file under `.talkcody/` (which git does not see) and returns its path relative to the root. */
  keep(name: string, text: string): Promise<string>;
}

export interface WorkspaceHosts {
  /** The host of a workspace that is ready. */
  open(workspaceId: string): WorkspaceHost;
}
