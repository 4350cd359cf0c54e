import { ToolFailure } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputOf, InputSchema } from "./definition/input-schema.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";
import { applyEdits, type TextEdit } from "./text/apply-edits.ts";
import { binaryReason } from "./text/binary-reason.ts";
import { formatBytes } from "./text/format-bytes.ts";
import { readRegularFile } from "./text/read-regular-file.ts";
import { refuseMarkers } from "./text/refuse-markers.ts";
import { revisionOf } from "./text/revision-of.ts";
import { unifiedDiff } from "./text/unified-diff.ts";

const fileBytesMax = 10 * 1024 * 1024;

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["file_path", "edits"],
  properties: {
    file_path: {
      type: "string",
      minLength: 1,
      description: "Path of the file, relative to the workspace or absolute.",
    },
    edits: {
      type: "array",
      minItems: 1,
      maxItems: 100,
      description: "Applied in order. If one cannot be applied, none is.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["old_string", "new_string"],
        properties: {
          old_string: { type: "string", description: "Text that occurs exactly once in the file." },
          new_string: { type: "string", description: "What replaces it. Empty to delete." },
        },
      },
    },
  },
} as const satisfies InputSchema;

type EditFileInput = InputOf<typeof inputSchema>;

export const editFile = defineTool(import.meta.url, {
  name: "editFile",
  effect: "checkable",
  asks: "edit",
  inputSchema,
  subject: (input, host) => pathSubject(input.file_path, host),
  preview: async (input, host) => {
    const { path, revision, before, after } = await planEdit(input, host);
    return { preview: await unifiedDiff({ path, before, after }), revision };
  },
  revisions: async (input, host) => {
    const file = await readText(input, host);
    return { present: file.revision, after: () => revisionOf(Buffer.from(editedText(file, input.edits))) };
  },
  sync: (input, host) => host.files.sync(input.file_path),
  run: async (input, { host }) => {
    const { path, after } = await planEdit(input, host);
    await host.files.write(path, after);
    const count = input.edits.length;
    return success(`Made ${count === 1 ? "1 edit" : `${count} edits`} in ${path}.`, {
      file_path: path,
      edits_applied: count,
    });
  },
});

interface TextFile {
  path: string;
  revision: string;
  before: string;
}

async function planEdit(input: EditFileInput, host: WorkspaceHost): Promise<TextFile & { after: string }> {
  const file = await readText(input, host);
  return { ...file, after: editedText(file, input.edits) };
}

async function readText(input: EditFileInput, host: WorkspaceHost): Promise<TextFile> {
  const path = host.files.relative(input.file_path);
  const bytes = await readRegularFile(host, path, fileBytesMax);
  const reason = binaryReason(bytes);
  if (reason) throw new ToolFailure(`${path} cannot be edited as text: ${reason}.`, { file_path: path });
  return { path, revision: revisionOf(bytes), before: Buffer.from(bytes).toString("utf8") };
}

function editedText({ path, before }: TextFile, edits: readonly TextEdit[]): string {
  refuseMarkers(path, { before, texts: edits.flatMap((edit) => [edit.old_string, edit.new_string]) });
  const after = applyEdits(before, edits);
  if (Buffer.byteLength(after) > fileBytesMax) {
    const limit = `more than ${formatBytes(fileBytesMax)}`;
    throw new ToolFailure(`Nothing was changed: ${path} would grow to ${limit}.`, { file_path: path });
  }
  return after;
}
