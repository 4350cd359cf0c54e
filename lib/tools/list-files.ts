import type { WorkspaceTree } from "../workspace.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputSchema } from "./definition/input-schema.ts";
import { existingFolder } from "./definition/existing-path.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";
import { formatBytes } from "./text/format-bytes.ts";

const entriesMax = 1000;
const depthByDefault = 3;

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["directory_path"],
  properties: {
    directory_path: {
      type: "string",
      minLength: 1,
      description: "Folder to list, relative to the workspace or absolute; `.` is the whole workspace.",
    },
    max_depth: {
      type: "integer",
      minimum: 1,
      maximum: 20,
      default: depthByDefault,
      description: "How many levels to descend. Default 3.",
    },
  },
} as const satisfies InputSchema;

export const listFiles = defineTool(import.meta.url, {
  name: "listFiles",
  effect: "pure",
  asks: "never",
  inputSchema,
  subject: (input, host) => pathSubject(input.directory_path, host),
  run: async (input, { host, signal }) => {
    const path = await existingFolder(host, input.directory_path);
    const depth = input.max_depth ?? depthByDefault;
    const tree = await host.search.list({ path, depth, limit: entriesMax, signal });
    return success(describe(path, depth, tree), {
      directory_path: path,
      result: tree.items.map(entryLine).join("\n"),
      entries: tree.items.length,
      truncated: tree.truncated,
    });
  },
});

function entryLine({ path, type, sizeBytes }: WorkspaceTree["items"][number]): string {
  if (type === "folder") return `${path}/`;
  if (type === "link") return `${path} (link)`;
  return sizeBytes === null ? path : `${path} (${formatBytes(sizeBytes)})`;
}

function describe(path: string, depth: number, { items, truncated }: WorkspaceTree): string {
  const where = path === "." || path === "" ? "the workspace" : path;
  if (items.length === 0) return `There is nothing in ${where}. Files that git ignores are not listed.`;
  const count = items.length === 1 ? "1 entry" : `${items.length} entries`;
  const more = truncated ? " There are more: list one of its folders, or use a smaller max_depth." : "";
  return `${count} below ${where}, up to ${depth === 1 ? "1 level" : `${depth} levels`} deep.${more}`;
}
