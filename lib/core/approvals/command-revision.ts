import { createHash, type Hash } from "node:crypto";
import { AppError } from "../../errors.ts";
import type { Git, WorktreeState } from "../../ports/git.ts";
import { ToolFailure } from "../../tool.ts";
import type { WorkspaceFiles } from "../../workspace.ts";
import { filesNamedIn } from "./commands/named-files.ts";

export interface RevisionContext {
  workspaceId: string;
  git: Pick<Git, "worktreeState">;
  files: Pick<WorkspaceFiles, "stat" | "read">;
}

/**
 * The state of what a command could run: the commit, every file that differs from it, git's configuration and hooks, and
 * the files that the command names, ignored ones too. The same files give the same revision, also after a restart.
 */
export async function commandRevision(
  { workspaceId, git, files }: RevisionContext,
  command: string,
): Promise<string> {
  const { summary, changed } = await stateOf(git, workspaceId);
  const hash = createHash("sha256").update(summary);
  const budget = { bytes: contentBytesMax };
  for (const path of new Set([...filesNamedIn(command), ...changed]))
    await addFile(hash, { path, files, budget });
  return hash.digest("hex");
}

/** So much content is read for one revision. Of files beyond it, inode, size and times count. */
const contentBytesMax = 16 * 1024 * 1024;
const fileBytesMax = 1024 * 1024;

async function stateOf(git: RevisionContext["git"], workspaceId: string): Promise<WorktreeState> {
  try {
    return await git.worktreeState(workspaceId);
  } catch (error) {
    // The command may be meant to repair the repository. Files that it names still count.
    if (error instanceof AppError && error.code === "workspace-not-ready")
      return { summary: "", changed: [] };
    throw error;
  }
}

interface AddedFile {
  path: string;
  files: RevisionContext["files"];
  budget: { bytes: number };
}

async function addFile(hash: Hash, { path, files, budget }: AddedFile): Promise<void> {
  try {
    const stat = await files.stat(path);
    if (stat === undefined) return;
    const isRead = stat.type === "file" && stat.sizeBytes <= Math.min(fileBytesMax, budget.bytes);
    if (isRead) budget.bytes -= stat.sizeBytes;
    hash.update(JSON.stringify([path, stat.type, stat.mode]));
    hash.update(isRead ? await files.read(path, fileBytesMax) : stat.version);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error; // No path of the workspace, or the file changes just now.
    hash.update(JSON.stringify([path, "not readable"]));
  }
}
