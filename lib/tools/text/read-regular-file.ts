import { ToolFailure } from "../../tool.ts";
import type { FileStat, WorkspaceHost } from "../../workspace.ts";
import { inUnits } from "./in-units.ts";

/** The bytes of a file that is there. Throws a ToolFailure that says what is there instead. */
export async function readRegularFile(
  host: WorkspaceHost,
  path: string,
  bytesMax: number,
): Promise<Uint8Array> {
  const stat = await host.files.stat(path);
  if (!stat) throw new ToolFailure(`There is no file ${path} in the workspace.`, { file_path: path });
  refuseWhatIsNoFile(path, stat);
  if (stat.sizeBytes > bytesMax) {
    const sizes = `is ${inUnits(stat.sizeBytes)}, more than the ${inUnits(bytesMax)} that can be read at once`;
    throw new ToolFailure(`${path} ${sizes}. Search it with codeSearch, or print a part of it with bash.`, {
      file_path: path,
    });
  }
  return host.files.read(path, bytesMax);
}

/** A link that leads nowhere, or outside, is left for the host to refuse in its own words. */
export function refuseWhatIsNoFile(path: string, stat: FileStat): void {
  if (stat.type === "file" || stat.type === "link") return;
  const what =
    stat.type === "folder"
      ? "is a folder. Its entries are listed by listFiles."
      : "is a special file (a pipe, a socket or a device), which is never opened.";
  throw new ToolFailure(`${path} ${what}`, { file_path: path });
}
