import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, notFound } from "../../errors.ts";

/** Where a workspace lives: its folder, and beside all of them what commands must not touch. */
export interface WorkspacePaths {
  root(workspaceId: string): string;
  /** A clone until it is complete. */
  unfinished(workspaceId: string): string;
  /** What stood in the folder's place and was put out of the way. */
  kept(workspaceId: string, number: number): string;
  record(workspaceId: string): string;
  serverDir: string;
  viewsDir: string;
}

export function createWorkspacePaths(workspacesDir: string): WorkspacePaths {
  const serverDir = join(workspacesDir, ".server");
  return {
    root: (workspaceId) => join(workspacesDir, checked(workspaceId)),
    unfinished: (workspaceId) => join(workspacesDir, `.clone-${checked(workspaceId)}`),
    kept: (workspaceId, number) => join(workspacesDir, `.kept-${checked(workspaceId)}-${number}`),
    record: (workspaceId) => join(serverDir, `${checked(workspaceId)}.json`),
    serverDir,
    viewsDir: join(serverDir, "views"),
  };
}

/** An id becomes a folder's name, so it has to look like one. */
function checked(workspaceId: string): string {
  if (!/^wsp_[0-9a-z]{1,64}$/.test(workspaceId)) throw notFound("workspace", workspaceId);
  return workspaceId;
}

/** What was cloned, remembered outside of the clone: there anybody could change it. Null for a scratch folder. */
export interface WorkspaceRecord {
  repository: string | null;
}

export async function writeRecord(path: string, record: WorkspaceRecord): Promise<void> {
  await writeFile(path, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

export async function readRecord(path: string): Promise<WorkspaceRecord> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("workspace-not-ready", "The folder of this workspace is gone.", { cause });
  });
  return JSON.parse(text) as WorkspaceRecord; // Written above, in a folder nobody else writes to.
}
