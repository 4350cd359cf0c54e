import { AppError } from "../../errors.ts";
import { ToolFailure } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";

/** Files are served up to this size. */
const contentBytesMax = 10 * 1024 * 1024;

/** The bytes of a file in a workspace. Throws not-found, too-large. */
export function readWorkspaceFile({ files }: WorkspaceHost, path: string): Promise<Uint8Array> {
  return toolFailureAsNotFound(async () => {
    const stat = await files.stat(path);
    if (stat === undefined) throw new AppError("not-found", `There is no file ${path} in this workspace.`);
    if (stat.sizeBytes > contentBytesMax) {
      throw new AppError(
        "too-large",
        `${path} has ${stat.sizeBytes} bytes; at most ${contentBytesMax} are served.`,
      );
    }
    return files.read(path, contentBytesMax);
  });
}

/** Turns a ToolFailure, such as a path outside of the workspace, into AppError not-found. */
export async function toolFailureAsNotFound<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ToolFailure) throw new AppError("not-found", error.message, { cause: error });
    throw error;
  }
}
