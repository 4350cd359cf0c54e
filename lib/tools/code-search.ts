import type { SearchMatch } from "../workspace.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputSchema } from "./definition/input-schema.ts";
import { existingPath } from "./definition/existing-path.ts";
import { success } from "./definition/output.ts";
import { pathSubject } from "./definition/path-subject.ts";

const filesMax = 100;
const matchesPerFileMax = 10;

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["pattern", "path"],
  properties: {
    pattern: {
      type: "string",
      minLength: 1,
      maxLength: 2000,
      description: "Regular expression in ripgrep syntax.",
    },
    path: {
      type: "string",
      minLength: 1,
      description:
        "Folder or file to search, relative to the workspace or absolute; `.` is the whole workspace.",
    },
    file_types: {
      type: "array",
      maxItems: 20,
      items: {
        type: "string",
        minLength: 1,
        maxLength: 50,
        pattern: "^[*.]{0,2}[A-Za-z0-9_+-][A-Za-z0-9._+-]*$",
      },
      description: "File name extensions to search, without the dot, such as `ts`. Default: all.",
    },
  },
} as const satisfies InputSchema;

export const codeSearch = defineTool(import.meta.url, {
  name: "codeSearch",
  effect: "pure",
  asks: "never",
  inputSchema,
  subject: (input, host) => pathSubject(input.path, host),
  run: async (input, { host, mask, signal }) => {
    const { path } = await existingPath(host, input.path);
    const fileTypes = (input.file_types ?? []).map((ending) => ending.replace(/^[*.]+/, ""));
    const found = await host.search.grep({
      pattern: input.pattern,
      path,
      fileTypes,
      filesMax,
      matchesPerFileMax,
      mask: mask.text,
      signal,
    });
    const byFile = Map.groupBy(found.matches, (match) => match.path);
    return success(describe(found.matches.length, byFile.size, found), {
      result: [...byFile].map(([file, matches]) => [file, ...matches.map(matchLine)].join("\n")).join("\n\n"),
      matches: found.matches.length,
      files: byFile.size,
      truncated: found.truncated,
    });
  },
});

function matchLine({ line, text }: SearchMatch): string {
  return `  ${line}: ${text.trimEnd()}`;
}

function describe(matches: number, files: number, found: { truncated: boolean; isLiteral: boolean }): string {
  const literal = found.isLiteral
    ? " The pattern is not a valid regular expression, so it was searched for as plain text."
    : "";
  if (matches === 0)
    return `Nothing matches. Files that git ignores and binary files are not searched.${literal}`;
  const count = `${matches === 1 ? "1 match" : `${matches} matches`} in ${files === 1 ? "1 file" : `${files} files`}.`;
  const more = found.truncated
    ? ` There are more: at most ${filesMax} files and ${matchesPerFileMax} matches in each are shown. Narrow the pattern or the path.`
    : "";
  return `${count}${more}${literal}`;
}
