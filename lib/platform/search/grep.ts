import { ToolFailure } from "../../tool.ts";
import type { Search, SearchMatch } from "../../workspace.ts";
import { readMatches } from "./matches.ts";
import { excludedFolders, type Ripgrep, type RipgrepRun } from "./ripgrep.ts";
import { withSearchTarget, type SearchRoot } from "./search-target.ts";

type GrepOptions = Parameters<Search["grep"]>[0];

const outputBytesMax = 32 * 1024 * 1024;

export function createGrep(place: SearchRoot, ripgrep: Ripgrep): Search["grep"] {
  return (options) =>
    withSearchTarget(place, options.path, async ({ cwd, target, prefix }) => {
      const run = { cwd, signal: options.signal, stdoutBytesMax: outputBytesMax };
      const { output, isCut, isLiteral } = await searchEitherWay(ripgrep, { options, target, run });
      const all = readMatches(output, options.mask).map((match) => ({
        ...match,
        path: prefix + match.path.replace(/^\.\//, ""),
      }));
      const { matches, isOver } = bound(all, options);
      return { matches, truncated: isOver || isCut, isLiteral };
    });
}

/** Searches for the pattern as plain text when it is not a valid regular expression. */
async function searchEitherWay(
  ripgrep: Ripgrep,
  { options, target, run }: { options: GrepOptions; target: string; run: RipgrepRun },
) {
  const args = [...grepArgs(options), "--", options.pattern, target];
  const asRegex = await ripgrep(isMultiline(options.pattern) ? ["--multiline", ...args] : args, run);
  const isLiteral = /regex parse error|regex exceeds size|not allowed in a regex|error: /.test(
    asRegex.stderr,
  );
  const result = isLiteral ? await ripgrep(["--fixed-strings", ...args], run) : asRegex;
  if (result.exitCode === 2 && result.stdout.length === 0 && result.stderr !== "")
    throw new ToolFailure("The search failed. The pattern may be too large.");
  return { output: result.stdout, isCut: result.ended !== null, isLiteral };
}

function isMultiline(pattern: string): boolean {
  return /\n|\\n/.test(pattern);
}

/** Asks for one match more than wanted, to learn whether there are more. Skips files over 4 MiB: they are not source code. */
function grepArgs({ fileTypes, matchesPerFileMax }: GrepOptions): string[] {
  const bad = fileTypes.find((ending) => !/^[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,49}$/.test(ending));
  if (bad !== undefined)
    throw new ToolFailure(`${JSON.stringify(bad)} is not a file ending. Give one such as ts or py.`);
  const wanted = fileTypes.flatMap((ending) => ["--type-add", `wanted:*.${ending}`]);
  return [
    "--json",
    "--sort=path",
    "--max-filesize=4M",
    `--max-count=${matchesPerFileMax + 1}`,
    ...wanted,
    ...(wanted.length > 0 ? ["--type=wanted"] : []),
    ...excludedFolders,
  ];
}

function bound(all: SearchMatch[], { filesMax, matchesPerFileMax }: GrepOptions) {
  const perFile = new Map<string, number>();
  const matches = all.filter(({ path }) => {
    const count = (perFile.get(path) ?? 0) + 1;
    if (count === 1 && perFile.size >= filesMax) return false;
    perFile.set(path, count);
    return count <= matchesPerFileMax;
  });
  return { matches, isOver: matches.length < all.length };
}
