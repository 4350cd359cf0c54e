import { ToolFailure } from "../../tool.ts";
import type { FileStat, WorkspaceHost } from "../../workspace.ts";
import { formatBytes } from "./format-bytes.ts";

/** The bytes of an existing file. Throws a ToolFailure where there is none, where it is no file, or where it is too large. */
export async function readRegularFile(
  host: WorkspaceHost,
  path: string,
  bytesMax: number,
): Promise<Uint8Array> {
  const stat = await host.files.stat(path);
  if (!stat) throw new ToolFailure(`There is no file ${path} in the workspace.`, { file_path: path });
  requireFile(path, stat);
  if (stat.sizeBytes > bytesMax) {
    const sizes = `is ${formatBytes(stat.sizeBytes)}, more than the ${formatBytes(bytesMax)} that can be read at once`;
    throw new ToolFailure(`${path} ${sizes}. Search it with codeSearch, or print a part of it with bash.`, {
      file_path: path,
    });
  }
  return host.files.read(path, bytesMax);
}

/** Throws a ToolFailure for a folder or a special file. Links pass: reading refuses one that is broken or leads outside. */
export function requireFile(path: string, stat: FileStat): void {
  if (stat.type === "file" || stat.type === "link") return;
  const what =
    stat.type === "folder"
      ? "is a folder. List its entries with listFiles."
      : "is a special file (a pipe, a socket or a device), which is never opened.";
  throw new ToolFailure(`${path} ${what}`, { file_path: path });
}
