import type { Readable } from "node:stream";
import type { Schemas } from "../../packages/shared/src/schemas.ts";
import type { SandboxLimit } from "../workspace.ts";

/** What the self-test of the sandbox found. It is part of what the server tells about itself. */
export type SandboxReport = Schemas["Sandbox"];

export interface SandboxProgram {
  /** Absolute, or a name that is looked up in the PATH of `environment`, as the program sees it. */
  file: string;
  args: readonly string[];
}

/** The most that one launched program and everything it starts may use. Each bound is enforced, and named when it ends the program. */
export interface SandboxLimits {
  processes: number;
  /** Resident memory of all processes together. */
  memoryBytes: number;
  /** The largest file that a process may write. */
  fileBytes: number;
  openFiles: number;
  /** The workspace, its private home and its temporary folder together. */
  workspaceBytes: number;
}

export interface SandboxGrants {
  workspace: {
    id: string;
    /** Absolute path on the host, without links. */
    root: string;
    isGitConfigWritable: boolean;
  };
  /** `none` also closes Unix sockets. What the proxy lets through is decided at each connection, not here. */
  network: "none" | "hosts" | "open";
  /** Added to PATH, HOME and the other variables that the sandbox sets. */
  environment: Readonly<Record<string, string>>;
  limits: SandboxLimits;
}

export interface SandboxedProgram {
  /** Of the outermost process. When it ends, everything in the sandbox has ended or is being ended by the kernel. */
  pid: number;
  stdout: Readable;
  stderr: Readable;
  /** Rejects when the program could not be started. */
  ended: Promise<{ exitCode: number | null; exitSignal: NodeJS.Signals | null }>;
  /** The limit that ended it; null when none did. */
  limit(): SandboxLimit | null;
  /** Asks the program and all that it started to end. */
  terminate(): void;
  /** Ends everything at once. */
  kill(): void;
  /** Call it when `ended` has settled. Resolves when no process is left that could be found. */
  release(): Promise<void>;
}

/**
 * Runs programs that a model or a repository can choose. They see the system read-only, the workspace, a private home and
 * a private temporary folder, and nothing else; they reach the network only through the proxy of their workspace.
 */
export interface Sandbox {
  /** What is known now. Before the self-test has ended, its state is `testing`. */
  report(): SandboxReport;
  /** Resolves when the self-test has ended. The first call starts it. */
  ready(): Promise<SandboxReport>;
  /** Throws a ToolFailure with the reason and the fix when the self-test is not green, or when the program cannot be started. */
  launch(program: SandboxProgram, grants: SandboxGrants): Promise<SandboxedProgram>;
  /** Where commands find the workspace with this root. */
  workingFolderOf(root: string): string;
  /** Releases what is kept for a workspace, and removes its private home and temporary folder. */
  forget(workspaceId: string): Promise<void>;
  close(): void;
}
