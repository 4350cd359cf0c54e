import { plainText } from "../../ports/terminal-text.ts";
import { ToolFailure } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { describeStream } from "./describe-stream.ts";

/** A longer log is not read; the text only names its file. */
const logBytesMax = 1024 * 1024;

/** What a command had written to one stream before the server stopped in the middle of it, read from its log. */
export async function remainsOf(logPath: string, { files }: WorkspaceHost): Promise<string> {
  try {
    const stat = await files.stat(logPath);
    if (stat === undefined) return "";
    const isLong = stat.sizeBytes > logBytesMax;
    const text = isLong ? "" : Buffer.from(await files.read(logPath, logBytesMax)).toString("utf8");
    return describeStream({ text: plainText(text), isCut: isLong, bytes: stat.sizeBytes, logPath }).shown;
  } catch (error) {
    if (error instanceof ToolFailure) return "";
    throw error;
  }
}
