import { ToolFailure } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { describeStream } from "./describe-stream.ts";

/** A longer log is named, not read. */
const logBytesMax = 1024 * 1024;

/** What a command had written to one stream when the server ended under it, from its log. */
export async function remainsOf(logPath: string, { files }: WorkspaceHost): Promise<string> {
  try {
    const stat = await files.stat(logPath);
    if (stat === undefined) return "";
    const isLong = stat.sizeBytes > logBytesMax;
    const text = isLong ? "" : Buffer.from(await files.read(logPath, logBytesMax)).toString("utf8");
    return describeStream({ text, bytes: isLong ? stat.sizeBytes : 0, logPath }).shown;
  } catch (error) {
    if (error instanceof ToolFailure) return "";
    throw error;
  }
}
