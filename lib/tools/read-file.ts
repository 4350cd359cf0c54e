import { ToolFailure } from "../tool.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputSchema } from "./definition/input-schema.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";
import { binaryReason } from "./text/binary-reason.ts";
import { formatBytes } from "./text/format-bytes.ts";
import { readRegularFile } from "./text/read-regular-file.ts";
import { type LineSelection, selectLines } from "./text/select-lines.ts";

const fileBytesMax = 64 * 1024 * 1024;
const contentBytesMax = 256 * 1024;
const lineBytesMax = 16 * 1024;
const linesByDefault = 1000;

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["file_path"],
  properties: {
    file_path: {
      type: "string",
      minLength: 1,
      description: "Path of the file, relative to the workspace or absolute.",
    },
    start_line: { type: "integer", minimum: 1, description: "First line to read, from 1. Default 1." },
    line_count: {
      type: "integer",
      minimum: 100,
      description: "Lines to read, at least 100. Default 1000.",
    },
  },
} as const satisfies InputSchema;

export const readFile = defineTool(import.meta.url, {
  name: "readFile",
  effect: "pure",
  asks: "never",
  inputSchema,
  subject: (input, host) => pathSubject(input.file_path, host),
  run: async (input, { host, mask }) => {
    const path = host.files.relative(input.file_path);
    const content = await readRegularFile(host, path, fileBytesMax);
    const reason = binaryReason(content);
    if (reason) throw new ToolFailure(`${path} cannot be read as text: ${reason}.`, { file_path: path });
    const bytes = await mask.bytes(content); // As a whole: a line alone does not show that it is part of a key.
    const selection = selectLines(bytes, {
      firstLine: input.start_line ?? 1,
      linesMax: input.line_count ?? linesByDefault,
      bytesMax: contentBytesMax,
      lineBytesMax,
    });
    refuseStartPastEnd(path, selection);
    return success(describe(path, selection), {
      file_path: path,
      content: selection.content,
      start_line: selection.firstLine,
      end_line: selection.lastLine,
      total_lines: selection.totalLines,
    });
  },
});

function refuseStartPastEnd(path: string, { firstLine, totalLines }: LineSelection): void {
  if (firstLine === 1 || firstLine <= totalLines) return;
  throw new ToolFailure(`${path} has ${lines(totalLines)}; start_line ${firstLine} is past its end.`, {
    file_path: path,
    total_lines: totalLines,
  });
}

function describe(path: string, { firstLine, lastLine, totalLines, cut }: LineSelection): string {
  if (totalLines === 0) return `${path} is empty.`;
  const isWhole = firstLine === 1 && lastLine === totalLines;
  const read = isWhole
    ? `Read all of ${path} (${lines(totalLines)}).`
    : `PARTIAL READ: lines ${firstLine} to ${lastLine} of ${totalLines} of ${path}.`;
  const next = lastLine < totalLines ? ` Call readFile with start_line ${lastLine + 1} to read on.` : "";
  return `${read}${next}${describeCut(cut)}`;
}

function describeCut(cut: LineSelection["cut"]): string {
  if (cut.length === 0) return "";
  const named = cut
    .slice(0, 10)
    .map(({ line, missingBytes }) => `line ${line} by ${formatBytes(missingBytes)}`);
  const more = cut.length > named.length ? ` and ${cut.length - named.length} more` : "";
  return ` Lines are shown up to ${formatBytes(lineBytesMax)}; cut: ${named.join(", ")}${more}.`;
}

function lines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
