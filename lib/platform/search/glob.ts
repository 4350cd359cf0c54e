import { ToolFailure } from "../../tool.ts";
import type { Search } from "../../workspace.ts";
import { excludedFolders, pathsOf, type Ripgrep } from "./ripgrep.ts";
import { withSearchFolder, type SearchRoot, type SearchTarget } from "./search-target.ts";

const listBytesMax = 64 * 1024 * 1024;
const datedMax = 20_000;

/**
 * Lists files whose path matches, newest first. A glob of ripgrep overrides ignore files, so one run finds what matches
 * and another what is not ignored. Ripgrep reads the pattern, because as a regular expression in this process a hostile
 * pattern could block the server.
 */
export function createGlob(place: SearchRoot, ripgrep: Ripgrep): Search["glob"] {
  return ({ pattern, path, limit, signal }) =>
    withSearchFolder(place, path, async ({ cwd, prefix, stat }) => {
      const anchored = `--glob=/${pattern.replace(/^(\.?\/)+/, "")}`;
      const run = { cwd, signal, stdoutBytesMax: listBytesMax };
      const [matching, visible] = await Promise.all([
        ripgrep(["--files", "--null", anchored, ...excludedFolders], run),
        ripgrep(["--files", "--null", ...excludedFolders], run),
      ]);
      refuseBadPattern(matching.stderr, pattern);
      const notIgnored = new Set(pathsOf(visible.stdout));
      const found = pathsOf(matching.stdout).filter((file) => notIgnored.has(file));
      const items = newestFirst(found.slice(0, datedMax), { prefix, stat });
      const isCut = found.length > datedMax || visible.ended !== null;
      return { items: items.slice(0, limit), truncated: isCut || items.length > limit };
    });
}

function newestFirst(files: readonly string[], { prefix, stat }: Pick<SearchTarget, "prefix" | "stat">) {
  const dated = files.flatMap((file) => {
    const modifiedAt = stat(file)?.mtimeMs;
    return modifiedAt === undefined ? [] : [{ path: prefix + file, modifiedAt }];
  });
  return dated.toSorted((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? -1 : 1));
}

function refuseBadPattern(stderr: string, pattern: string): void {
  const reason = /error parsing glob[^:]*: (.*)/.exec(stderr)?.[1];
  if (reason !== undefined) throw new ToolFailure(`The pattern ${pattern} is not a valid glob: ${reason}.`);
}
