import { ToolFailure } from "../../tool.ts";
import type { Search } from "../../workspace.ts";
import { excludedFolders, pathsOf, type Ripgrep } from "./ripgrep.ts";
import { withSearchFolder, type SearchRoot } from "./search-target.ts";

const listBytesMax = 64 * 1024 * 1024;
const datedMax = 20_000;

/**
 * Files whose path matches, newest first. Ripgrep's own globs override ignore files, so one run says what matches and
 * another what is not ignored. No regular expression is made of a pattern here: a hostile one could stall the server.
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
      const dated: { path: string; modifiedAt: number }[] = [];
      for (const file of found.slice(0, datedMax)) {
        const modifiedAt = stat(file)?.mtimeMs;
        if (modifiedAt !== undefined) dated.push({ path: prefix + file, modifiedAt });
      }
      dated.sort((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? -1 : 1));
      const isCut = found.length > datedMax || visible.ended !== null;
      return { items: dated.slice(0, limit), truncated: isCut || dated.length > limit };
    });
}

function refuseBadPattern(stderr: string, pattern: string): void {
  const reason = /error parsing glob[^:]*: (.*)/.exec(stderr)?.[1];
  if (reason !== undefined) throw new ToolFailure(`The pattern ${pattern} is no valid glob: ${reason}.`);
}
