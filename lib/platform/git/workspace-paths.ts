import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, notFound } from "../../errors.ts";

/** The paths of a workspace: its folder, and beside all of them what commands must not touch. */
export interface WorkspacePaths {
  root(workspaceId: string): string;
  /** Contains a clone until it is complete. */
  unfinished(workspaceId: string): string;
  /** Contains what `setAside` moved away. */
  kept(workspaceId: string, number: number): string;
  record(workspaceId: string): string;
  serverDir: string;
  viewsDir: string;
}

export function createWorkspacePaths(workspacesDir: string): WorkspacePaths {
  const serverDir = join(workspacesDir, ".server");
  return {
    root: (workspaceId) => join(workspacesDir, checkId(workspaceId)),
    unfinished: (workspaceId) => join(workspacesDir, `.clone-${checkId(workspaceId)}`),
    kept: (workspaceId, number) => join(workspacesDir, `.kept-${checkId(workspaceId)}-${number}`),
    record: (workspaceId) => join(serverDir, `${checkId(workspaceId)}.json`),
    serverDir,
    viewsDir: join(serverDir, "views"),
  };
}

/** The id becomes part of a path. Throws not-found for anything that is not an id. */
function checkId(workspaceId: string): string {
  if (!/^wsp_[0-9a-z]{1,64}$/.test(workspaceId)) throw notFound("workspace", workspaceId);
  return workspaceId;
}

/** What was cloned; null for a scratch folder. Kept outside of the clone, where a command could change it. */
export interface WorkspaceRecord {
  repository: string | null;
}

export async function writeRecord(path: string, record: WorkspaceRecord): Promise<void> {
  await writeFile(path, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

export async function readRecord(path: string): Promise<WorkspaceRecord> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("workspace-not-ready", "The folder of this workspace is missing.", { cause });
  });
  return JSON.parse(text) as WorkspaceRecord; // `writeRecord` wrote it, in a folder that commands cannot write to.
}
