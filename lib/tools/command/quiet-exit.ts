/** What exit code 1 means for commands that use it as an answer. */
const meanings: Record<string, string> = {
  grep: "nothing matched",
  egrep: "nothing matched",
  fgrep: "nothing matched",
  zgrep: "nothing matched",
  rg: "nothing matched",
  ag: "nothing matched",
  "git grep": "nothing matched",
  pgrep: "no process matched",
  which: "no such command was found",
  diff: "the files differ",
  cmp: "the files differ",
  "git diff": "there are differences",
  test: "the condition is false",
  "[": "the condition is false",
  "[[": "the condition is false",
};

/**
 * What exit code 1 of a command means where it is an answer, not a failure; undefined where it is a failure. A command line
 * exits with the code of its last command. When one of the commands above really fails, it writes to standard error.
 */
export function quietExit(command: string, stderr: string): string | undefined {
  if (stderr.trim() !== "") return undefined;
  const words = lastCommand(command).trim().split(/\s+/);
  return meanings[words.slice(0, 2).join(" ")] ?? meanings[words[0] ?? ""];
}

/** The part after the last unquoted `|`, `&&`, `||`, `;` or line break. */
function lastCommand(command: string): string {
  const quiet = command
    .trim()
    .replace(/\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs, (quoted) => "_".repeat(quoted.length));
  const separators = [...quiet.matchAll(/\|\|?|&&|;|\n/g)];
  const last = separators.at(-1);
  return last ? quiet.slice(last.index + last[0].length) : quiet;
}
