import { ToolFailure } from "../tool.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputSchema } from "./definition/input-schema.ts";
import { existingFolder } from "./definition/existing-path.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";

const filesMax = 100;

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["pattern"],
  properties: {
    pattern: {
      type: "string",
      minLength: 1,
      maxLength: 1000,
      description: "Glob pattern, such as `**/*.ts` or `src/**/*.{css,html}`.",
    },
    path: {
      type: "string",
      minLength: 1,
      description:
        "Folder to search below, relative to the workspace or absolute. Default: the whole workspace.",
    },
  },
} as const satisfies InputSchema;

export const glob = defineTool(import.meta.url, {
  name: "glob",
  effect: "pure",
  asks: "never",
  inputSchema,
  subject: (input, host) => pathSubject(input.path ?? ".", host),
  run: async (input, { host, signal }) => {
    refusePatternOutside(input.pattern);
    const path = await existingFolder(host, input.path ?? ".");
    const found = await host.search.glob({ pattern: input.pattern, path, limit: filesMax, signal });
    const files = found.items.map((item) => ({
      path: item.path,
      modified_at: new Date(item.modifiedAt).toISOString(),
    }));
    return success(describe(input.pattern, files.length, found.truncated), {
      files,
      truncated: found.truncated,
    });
  },
});

function refusePatternOutside(pattern: string): void {
  if (!/^\/|(^|[/{,])\.\.(\/|$)/.test(pattern)) return;
  throw new ToolFailure(
    `The pattern ${pattern} must be relative to the folder and stay inside it. Give the folder as path.`,
  );
}

function describe(pattern: string, count: number, isTruncated: boolean): string {
  if (count === 0) return `No file matches ${pattern}. Files that git ignores are not searched.`;
  if (isTruncated)
    return `More than ${count} files match ${pattern}; these are the ${count} newest. Narrow the pattern.`;
  return `${count === 1 ? "1 file matches" : `${count} files match`} ${pattern}, newest first.`;
}
