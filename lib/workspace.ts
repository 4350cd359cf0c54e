import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { Masker } from "./settings.ts";

export type Workspace = Schemas["Workspace"];
export type WorkspaceStatus = Schemas["WorkspaceStatus"];
export type WorkspaceDiff = Schemas["WorkspaceDiff"];
export type WorkspaceTree = Schemas["WorkspaceTree"];

export interface FileStat {
  type: "file" | "folder" | "link" | "other";
  sizeBytes: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  mode: number;
  /** Changes whenever the file is changed or replaced. */
  version: string;
}

/**
 * Files of one workspace. Paths are relative to its root, or absolute inside it. Every method throws a ToolFailure for a
 * path that leads outside (through `..`, a link or a race) or into `.git`, and for special files such as FIFOs and
 * devices. Text is UTF-8.
 */
export interface WorkspaceFiles {
  /** The checked path, relative to the root, with `/`. */
  relative(path: string): string;
  /** Undefined when the path does not exist. Links are followed only inside the workspace. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Throws ToolFailure when it is not a regular file, or larger than `bytesMax`. */
  read(path: string, bytesMax: number): Promise<Uint8Array>;
  /**
   * Creates folders as needed. Replaces the file in one step (a new file, then a rename) and keeps its mode. When it
   * resolves, the file survives a power cut.
   */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Makes a file that something else wrote survive a power cut. */
  sync(path: string): Promise<void>;
}

/** What a program in the sandbox may exceed. Each ends it. */
export type SandboxLimit = "processes" | "memory" | "fileSize" | "disk" | "workspace";

export interface CommandResult {
  /** Null when a signal ended the command. */
  exitCode: number | null;
  signal: string | null;
  /** Why the server ended the command; null when it did not. */
  ended: "timeout" | "cancelled" | "output-limit" | null;
  /** The limit of the sandbox that ended it; null when none did. */
  limit: SandboxLimit | null;

  /** The stream as plain text; of a long one head and tail, together at most 1 MiB. */
  stdout: string;
  stderr: string;
  /** Whether the middle of the text is missing. What only steers a terminal, such as colours, is not. */
  isStdoutCut: boolean;
  isStderrCut: boolean;
  /** Bytes that the command wrote in all. */
  stdoutBytes: number;
  stderrBytes: number;
  /** True when the disk was full: then there are no log files. */
  isLogLost?: boolean;
  durationMs: number;
}

/** Runs commands in one workspace. Each has its own process group, a cleaned environment, no stdin and bounded output, and leaves no process behind. */
export interface Shell {
  run(options: {
    command: string;
    timeoutMs: number;
    signal: AbortSignal;
    onOutput(stream: "stdout" | "stderr", text: string): void;
    /** Makes a masker for one stream. Log, listener and result get only what it gives out. By default nothing is masked. */
    masker?(): Masker;
    /** Absolute, inside the workspace: the full streams are written to `<logPrefix>.stdout.log` and `<logPrefix>.stderr.log`, each created only when the stream has output. */
    logPrefix: string;
  }): Promise<CommandResult>;
}

export interface SearchMatch {
  path: string;
  line: number;
  /** The line; of a long line at most 200 characters around the match. */
  text: string;
}

/** Ripgrep in one workspace. It does not read ignored files or `.git`, and follows no links. */
export interface Search {
  /** Paths that match, newest first, at most `limit`. */
  glob(options: {
    pattern: string;
    path: string;
    limit: number;
    signal: AbortSignal;
  }): Promise<{ items: { path: string; modifiedAt: number }[]; truncated: boolean }>;
  /** An invalid pattern is searched for as literal text; then `isLiteral` is true. `fileTypes` are endings without dot. */
  grep(options: {
    pattern: string;
    path: string;
    fileTypes: string[];
    filesMax: number;
    matchesPerFileMax: number;
    /** Applied to each line before it is cut. */
    mask?(line: string): string;
    signal: AbortSignal;
  }): Promise<{ matches: SearchMatch[]; truncated: boolean; isLiteral: boolean }>;
  /** Files and folders below a folder, sorted, without ignored ones. */
  list(options: { path: string; depth: number; limit: number; signal: AbortSignal }): Promise<WorkspaceTree>;
}

/** Everything that tools may touch in one workspace. */
export interface WorkspaceHost {
  /** Absolute. */
  readonly root: string;
  /** The same folder as commands see it. Paths that start with it are paths in the workspace. */
  readonly workingFolder: string;
  readonly files: WorkspaceFiles;
  readonly shell: Shell;
  readonly search: Search;
  /** Writes a long text to a file under `.talkcody/`, which git ignores. Returns its path relative to the root. */
  keep(name: string, text: string): Promise<string>;
}

export interface WorkspaceHosts {
  /** The host of a workspace that is ready. */
  open(workspaceId: string): WorkspaceHost;
  /** Removes what is kept beside a workspace: the private home of its commands, and their temporary folder. */
  forget(workspaceId: string): Promise<void>;
}

/** What a person has granted the commands of one workspace. The launcher reads it at each start of a command. */
export interface CommandGrants {
  /** `none`: the proxy asks about each host. `hosts`: the granted hosts. `open`: every public address. */
  network: "none" | "hosts" | "open";
  /** Commands may write `.git/config`, `.git/hooks` and what else can make git run a program. */
  isGitConfigWritable: boolean;
  /** Added to the environment of commands. The values may be secret. */
  variables: Readonly<Record<string, string>>;
}
