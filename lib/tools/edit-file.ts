import { ToolFailure } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";
import { defineTool } from "./definition/define-tool.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";
import { applyEdits, type TextEdit } from "./text/apply-edits.ts";
import { binaryReason } from "./text/binary-reason.ts";
import { inUnits } from "./text/in-units.ts";
import { readRegularFile } from "./text/read-regular-file.ts";
import { revisionOf } from "./text/revision-of.ts";
import { unifiedDiff } from "./text/unified-diff.ts";

const fileBytesMax = 10 * 1024 * 1024;

interface EditFileInput {
  file_path: string;
  edits: TextEdit[];
}

export const editFile = defineTool<EditFileInput>(import.meta.url, {
  name: "editFile",
  effect: "checkable",
  asks: "edit",
  inputSchema: {
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
        description: "Made one after the other, all or none.",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["old_string", "new_string"],
          properties: {
            old_string: { type: "string", description: "Text that stands in exactly one place of the file." },
            new_string: { type: "string", description: "What replaces it. Empty to delete." },
          },
        },
      },
    },
  },
  subject: (input, host) => pathSubject(input.file_path, host),
  preview: async (input, host) => {
    const { path, revision, before, after } = await edited(input, host);
    return { preview: await unifiedDiff({ path, before, after }), revision };
  },
  revisions: async (input, host) => {
    const file = await readText(input, host);
    return { present: file.revision, after: () => revisionOf(Buffer.from(applied(file, input.edits))) };
  },
  sync: (input, host) => host.files.sync(input.file_path),
  run: async (input, { host }) => {
    const { path, after } = await edited(input, host);
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

async function edited(input: EditFileInput, host: WorkspaceHost): Promise<TextFile & { after: string }> {
  const file = await readText(input, host);
  return { ...file, after: applied(file, input.edits) };
}

async function readText(input: EditFileInput, host: WorkspaceHost): Promise<TextFile> {
  const path = host.files.relative(input.file_path);
  const bytes = await readRegularFile(host, path, fileBytesMax);
  const reason = binaryReason(bytes);
  if (reason) throw new ToolFailure(`${path} cannot be edited as text: ${reason}.`, { file_path: path });
  return { path, revision: revisionOf(bytes), before: Buffer.from(bytes).toString("utf8") };
}

function applied({ path, before }: TextFile, edits: readonly TextEdit[]): string {
  const after = applyEdits(before, edits);
  if (Buffer.byteLength(after) > fileBytesMax) {
    const limit = `more than ${inUnits(fileBytesMax)}`;
    throw new ToolFailure(`Nothing was changed: ${path} would grow to ${limit}.`, { file_path: path });
  }
  return after;
}
