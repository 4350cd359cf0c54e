import { ToolFailure } from "../../tool.ts";
import type { FileStat, WorkspaceHost } from "../../workspace.ts";

/** The path relative to the workspace. Throws a ToolFailure when there is no such file or folder. */
export async function existingPath(
  host: WorkspaceHost,
  given: string,
): Promise<{ path: string; stat: FileStat }> {
  const path = host.files.relative(given);
  const stat = await host.files.stat(path);
  if (!stat) throw new ToolFailure(`There is nothing at ${path} in the workspace.`, { path });
  return { path, stat };
}

export async function existingFolder(host: WorkspaceHost, given: string): Promise<string> {
  const { path, stat } = await existingPath(host, given);
  if (stat.type !== "folder") throw new ToolFailure(`${path} is not a folder.`, { path });
  return path;
}
