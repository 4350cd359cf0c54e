import { ToolFailure, type Preview } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputOf, InputSchema } from "./definition/input-schema.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";
import { binaryReason } from "./text/binary-reason.ts";
import { formatBytes } from "./text/format-bytes.ts";
import { requireFile } from "./text/read-regular-file.ts";
import { refuseMarkers } from "./text/refuse-markers.ts";
import { absent, revisionOf } from "./text/revision-of.ts";
import { unifiedDiff } from "./text/unified-diff.ts";

const contentBytesMax = 10 * 1024 * 1024;
/** A larger file is not read before it is replaced: its size and modification time are its revision. */
const comparedBytesMax = 10 * 1024 * 1024;

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["file_path", "content"],
  properties: {
    file_path: {
      type: "string",
      minLength: 1,
      description: "Path of the file, relative to the workspace or absolute.",
    },
    content: { type: "string", description: "The whole new content of the file." },
  },
} as const satisfies InputSchema;

type WriteFileInput = InputOf<typeof inputSchema>;

export const writeFile = defineTool(import.meta.url, {
  name: "writeFile",
  effect: "checkable",
  asks: "edit",
  inputSchema,
  subject: (input, host) => pathSubject(input.file_path, host),
  preview: async (input, host) => {
    const { path, content, revision } = await inspect(input, host);
    return { preview: await describeChange(path, content, input.content), revision };
  },
  revisions: async (input, host) => {
    const { revision } = await inspect(input, host);
    return { present: revision, after: () => revisionOf(Buffer.from(input.content)) };
  },
  sync: (input, host) => host.files.sync(input.file_path),
  run: async (input, { host }) => {
    const { path, content, revision } = await inspect(input, host);
    const bytes = Buffer.byteLength(input.content);
    const fields = { file_path: path, bytes_written: bytes };
    if (content instanceof Uint8Array && Buffer.from(input.content).equals(content)) {
      await host.files.sync(path);
      return success(`${path} already has exactly this content.`, { ...fields, bytes_written: 0 });
    }
    await host.files.write(path, input.content);
    const what = revision === absent ? "Created" : "Replaced";
    return success(`${what} ${path} (${formatBytes(bytes)}).`, fields);
  },
});

interface CurrentFile {
  path: string;
  /** Undefined when there is no file. */
  content: Uint8Array | "too-large" | undefined;
  revision: string;
}

async function inspect(input: WriteFileInput, host: WorkspaceHost): Promise<CurrentFile> {
  const file = await readCurrent(input, host);
  const before = file.content instanceof Uint8Array ? Buffer.from(file.content).toString("utf8") : "";
  refuseMarkers(file.path, { before, texts: [input.content] });
  return file;
}

async function readCurrent(input: WriteFileInput, host: WorkspaceHost): Promise<CurrentFile> {
  const path = host.files.relative(input.file_path);
  const size = Buffer.byteLength(input.content);
  if (size > contentBytesMax) {
    const sizes = `${formatBytes(size)}, more than the ${formatBytes(contentBytesMax)} allowed`;
    throw new ToolFailure(`The content is ${sizes}. Nothing was written.`, { file_path: path });
  }
  const stat = await host.files.stat(path);
  if (!stat) return { path, content: undefined, revision: absent };
  requireFile(path, stat);
  if (stat.sizeBytes > comparedBytesMax) {
    return { path, content: "too-large", revision: `${stat.sizeBytes} bytes of ${stat.modifiedAt}` };
  }
  const content = await host.files.read(path, comparedBytesMax);
  return { path, content, revision: revisionOf(content) };
}

async function describeChange(
  path: string,
  before: CurrentFile["content"],
  after: string,
): Promise<Preview["preview"]> {
  if (before === undefined) return await unifiedDiff({ path, before: null, after });
  if (before === "too-large" || binaryReason(before)) {
    const what = before === "too-large" ? "A file too large to compare" : "A file that is not text";
    return `--- a/${path}\n+++ b/${path}\n… ${what} would be replaced by ${formatBytes(Buffer.byteLength(after))} of text.\n`;
  }
  return await unifiedDiff({ path, before: Buffer.from(before).toString("utf8"), after });
}
