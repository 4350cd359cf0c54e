import { lstatSync, type Stats } from "node:fs";
import { ToolFailure } from "../../tool.ts";
import type { ContainedFiles } from "../files/workspace-files.ts";

export interface SearchRoot {
  root: string;
  files: ContainedFiles;
}

export interface SearchTarget {
  /** The folder in which ripgrep runs. */
  cwd: string;
  /** The file to search, or `./` for everything. */
  target: string;
  /** Goes before each path that ripgrep finds, to make it relative to the root of the workspace. */
  prefix: string;
  /** Of a path that ripgrep found. Undefined when it is gone. */
  stat(path: string): Stats | undefined;
}

/** Checks the path of a search and resolves its links. Throws a ToolFailure when nothing is there. */
export async function withSearchTarget<T>(
  { root, files }: SearchRoot,
  path: string,
  work: (place: SearchTarget) => Promise<T>,
): Promise<T> {
  const result = await files.visit(path, async ({ stat, segments }) => {
    if (!stat.isDirectory() && !stat.isFile())
      throw new ToolFailure(`${path} is neither a folder nor a regular file.`);
    const folder = stat.isFile() ? segments.slice(0, -1) : segments;
    const cwd = [root, ...folder].join("/");
    return {
      value: await work({
        cwd,
        target: stat.isFile() ? `./${segments.at(-1)}` : "./",
        prefix: folder.map((segment) => `${segment}/`).join(""),
        stat: (found) => lstatSync(`${cwd}/${found}`, { throwIfNoEntry: false }),
      }),
    };
  });
  if (result === undefined) throw new ToolFailure(`There is nothing at ${path} in the workspace.`);
  return result.value;
}

export function withSearchFolder<T>(
  place: SearchRoot,
  path: string,
  work: (open: SearchTarget) => Promise<T>,
): Promise<T> {
  return withSearchTarget(place, path, (open) => {
    if (open.target !== "./") throw new ToolFailure(`${path} is a file, not a folder.`);
    return work(open);
  });
}
