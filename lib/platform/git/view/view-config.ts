import { join } from "node:path";
import { AppError } from "../../../errors.ts";
import { hardenedConfig } from "../hardening.ts";
import type { RunGit } from "../run-git.ts";

/**
 * The configuration of a view: from the repository only the keys that cannot run a program, reach a host or include a
 * file; then our own. Our own is also in the file, because simple-git would have to be allowed to pass on a `-c`.
 */
export async function viewConfig(options: {
  source: string;
  folder: string;
  runGit: RunGit;
}): Promise<string> {
  const file = join(options.source, "config");
  const listed = await options.runGit(["config", "--file", file, "--no-includes", "--null", "--list"], {
    cwd: options.folder,
    env: { GIT_DIR: "/dev/null" },
  });
  if (listed.exitCode !== 0)
    throw new AppError(
      "workspace-not-ready",
      "The .git/config of the workspace cannot be read. Correct it in the workspace.",
    );
  const entries = listed.stdout
    .toString("utf8")
    .split("\0")
    .filter(Boolean)
    .map(parseEntry)
    .filter(isHarmless);
  return [
    ...entries.filter(isFormat),
    ["core.bare", "false"] as Entry,
    ...entries.filter((entry) => !isFormat(entry)),
    ...hardenedConfig,
    ["core.excludesFile", join(options.folder, "exclude")] as Entry,
  ]
    .map(writeEntry)
    .join("");
}

type Entry = readonly [key: string, value: string];

/** Git prints `key\nvalue`, or only the key when the file has no `=`. */
function parseEntry(text: string): Entry {
  const cut = text.indexOf("\n");
  return cut === -1 ? [text, "true"] : [text.slice(0, cut), text.slice(cut + 1)];
}

/** Git prints keys in lower case, except the name in their middle. */
const harmless: [key: RegExp, value: RegExp][] = [
  [/^core\.repositoryformatversion$/, /^[01]$/],
  [/^core\.(filemode|ignorecase|precomposeunicode|symlinks)$/, /^(true|false)$/],
  [/^core\.autocrlf$/, /^(true|false|input)$/],
  [/^core\.eol$/, /^(lf|crlf|native)$/],
  [/^extensions\.objectformat$/, /^(sha1|sha256)$/],
  [/^branch\.[^\n]+\.remote$/, /^[\w][\w./-]*$/],
  [/^branch\.[^\n]+\.merge$/, /^refs\/heads\/[\w][\w./+-]*$/],
  [/^remote\.[\w][\w./-]*\.fetch$/, /^\+?refs\/[\w./*+-]+:refs\/remotes\/[\w./*+-]+$/],
];

function isHarmless([key, value]: Entry): boolean {
  return harmless.some(([keyPattern, valuePattern]) => keyPattern.test(key) && valuePattern.test(value));
}

function isFormat([key]: Entry): boolean {
  return key === "core.repositoryformatversion" || key.startsWith("extensions.");
}

function writeEntry([key, value]: Entry): string {
  const first = key.indexOf(".");
  const last = key.lastIndexOf(".");
  const name = first === last ? "" : ` "${key.slice(first + 1, last).replace(/[\\"]/g, "\\$&")}"`;
  return `[${key.slice(0, first)}${name}]\n\t${key.slice(last + 1)} = "${value}"\n`;
}
