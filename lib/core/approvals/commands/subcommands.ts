import type { ShellWord } from "./command-draft.ts";
import { readOptions, unsureWord } from "./options.ts";

interface ProgramShape {
  /** Options before or between the subcommands whose value is the next word. */
  valued: readonly string[];
  /** How many words name what is done: `git push` 1, `gh pr create` 2. */
  depth: number;
}

const container = { valued: ["-H", "--host", "-c", "--context", "--config", "-l", "--log-level"], depth: 2 };

/** Programs with subcommands. */
const programs = new Map<string, ProgramShape>([
  [
    "git",
    {
      valued: ["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source"],
      depth: 1,
    },
  ],
  [
    "npm",
    { valued: ["-C", "--prefix", "-w", "--workspace", "--registry", "--userconfig", "--cache"], depth: 1 },
  ],
  ["pnpm", { valued: ["-C", "--dir", "-F", "--filter", "--registry"], depth: 1 }],
  ["yarn", { valued: ["--cwd", "--registry", "--cache-folder"], depth: 1 }],
  ["bun", { valued: ["--cwd", "-c", "--config"], depth: 1 }],
  ["cargo", { valued: ["-C", "--config", "-Z", "--color", "--manifest-path"], depth: 1 }],
  ["gh", { valued: ["-R", "--repo", "--hostname"], depth: 2 }],
  ["glab", { valued: ["-R", "--repo"], depth: 2 }],
  ["docker", container],
  ["podman", container],
  ["buildah", { valued: [], depth: 1 }],
  ["skopeo", { valued: [], depth: 1 }],
  ["poetry", { valued: ["-C", "--directory", "-P", "--project"], depth: 1 }],
  ["uv", { valued: ["--directory", "--project", "--config-file"], depth: 1 }],
  ["pdm", { valued: ["-p", "--project"], depth: 1 }],
  ["gem", { valued: ["--config-file"], depth: 1 }],
  ["mvn", { valued: ["-f", "--file", "-s", "--settings", "-P", "-pl"], depth: 1 }],
  ["helm", { valued: ["-n", "--namespace", "--kube-context", "--kubeconfig"], depth: 1 }],
  ["terraform", { valued: [], depth: 1 }],
  ["pulumi", { valued: ["-C", "--cwd", "-s", "--stack"], depth: 1 }],
  ["dotnet", { valued: [], depth: 2 }],
  ["jj", { valued: ["-R", "--repository", "--config"], depth: 2 }],
]);

/** The command without the options before its subcommand, so that `git -C x push` reads as `git push`. */
export function withoutGlobalOptions(words: readonly ShellWord[]): readonly ShellWord[] {
  const [program, ...others] = words;
  const shape = program && programs.get(program.text);
  if (program === undefined || shape === undefined) return words;
  const named: ShellWord[] = [program];
  let rest: readonly ShellWord[] = others.filter((word, at) => at > 0 || !/^\+[\w.-]+$/.test(word.text)); // `cargo +nightly`.
  let isCertain = true;
  while (named.length <= shape.depth && rest.length > 0) {
    const read = readOptions(rest, shape.valued);
    isCertain &&= read.options.every(({ value }) => !value?.maySplit);
    const [next, ...after] = read.rest;
    if (next !== undefined) named.push(isCertain ? next : unsureWord(next));
    rest = after;
  }
  const short = [...named, ...rest];
  return short.length < words.length || !isCertain ? short : words;
}
