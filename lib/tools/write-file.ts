import { ToolFailure, type Preview } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";
import { defineTool } from "./definition/define-tool.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";
import { binaryReason } from "./text/binary-reason.ts";
import { inUnits } from "./text/in-units.ts";
import { refuseWhatIsNoFile } from "./text/read-regular-file.ts";
import { absent, revisionOf } from "./text/revision-of.ts";
import { unifiedDiff } from "./text/unified-diff.ts";

const contentBytesMax = 10 * 1024 * 1024;
/** A larger file is replaced unseen: its size and time stand for its content. */
const comparedBytesMax = 10 * 1024 * 1024;

interface WriteFileInput {
  file_path: string;
  content: string;
}

export const writeFile = defineTool<WriteFileInput>(import.meta.url, {
  name: "writeFile",
  effect: "checkable",
  asks: "edit",
  inputSchema: {
    type: "object",
    additionalProperties: false,
    required: ["file_path", "content"],
    properties: {
      file_path: {
        type: "string",
        minLength: 1,
        description: "Path of the file, relative to the workspace or absolute.",
      },
      content: { type: "string", description: "All that the file is to hold." },
    },
  },
  subject: (input, host) => pathSubject(input.file_path, host),
  preview: async (input, host) => {
    const { path, present, revision } = await inspect(input, host);
    return { preview: await describeChange(path, present, input.content), revision };
  },
  revisions: async (input, host) => {
    const { revision } = await inspect(input, host);
    return { present: revision, after: () => revisionOf(Buffer.from(input.content)) };
  },
  sync: (input, host) => host.files.sync(input.file_path),
  run: async (input, { host }) => {
    const { path, present, revision } = await inspect(input, host);
    const bytes = Buffer.byteLength(input.content);
    const fields = { file_path: path, bytes_written: bytes };
    if (present instanceof Uint8Array && Buffer.from(input.content).equals(present)) {
      await host.files.sync(path);
      return success(`${path} holds exactly this content already.`, { ...fields, bytes_written: 0 });
    }
    await host.files.write(path, input.content);
    const what = revision === absent ? "Created" : "Replaced";
    return success(`${what} ${path} (${inUnits(bytes)}).`, fields);
  },
});

interface Target {
  path: string;
  /** Undefined when nothing is there. */
  present: Uint8Array | "too-large" | undefined;
  revision: string;
}

async function inspect(input: WriteFileInput, host: WorkspaceHost): Promise<Target> {
  const path = host.files.relative(input.file_path);
  const size = Buffer.byteLength(input.content);
  if (size > contentBytesMax) {
    const sizes = `${inUnits(size)}, more than the ${inUnits(contentBytesMax)} allowed`;
    throw new ToolFailure(`The content is ${sizes}. Nothing was written.`, { file_path: path });
  }
  const stat = await host.files.stat(path);
  if (!stat) return { path, present: undefined, revision: absent };
  refuseWhatIsNoFile(path, stat);
  if (stat.sizeBytes > comparedBytesMax) {
    return { path, present: "too-large", revision: `${stat.sizeBytes} bytes of ${stat.modifiedAt}` };
  }
  const present = await host.files.read(path, comparedBytesMax);
  return { path, present, revision: revisionOf(present) };
}

async function describeChange(
  path: string,
  present: Target["present"],
  after: string,
): Promise<Preview["preview"]> {
  if (present === undefined) return await unifiedDiff({ path, before: null, after });
  if (present === "too-large" || binaryReason(present)) {
    const what = present === "too-large" ? "A file too large to compare" : "A file that is not text";
    return `--- a/${path}\n+++ b/${path}\n… ${what} would be replaced by ${inUnits(Buffer.byteLength(after))} of text.\n`;
  }
  return await unifiedDiff({ path, before: Buffer.from(present).toString("utf8"), after });
}
