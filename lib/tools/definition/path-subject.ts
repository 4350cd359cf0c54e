import { ToolFailure } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";

/** The path relative to the workspace. A path outside of it is returned unchanged: `preview` and `run` refuse it. */
export function pathSubject(path: string, host: WorkspaceHost): string {
  try {
    return host.files.relative(path);
  } catch (error) {
    if (error instanceof ToolFailure) return path;
    throw error;
  }
}
