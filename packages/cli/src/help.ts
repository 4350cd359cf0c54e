import type { Command } from "./command.ts";
import type { Style } from "./render/style.ts";
import { wrapped } from "./render/text/wrap.ts";

/** How to print; lines break at `columns`. */
export interface HelpFormat {
  style: Style;
  columns: number;
}

type Row = [name: string, what: string];

const everywhere: Row[] = [
  ["--json", "print one JSON object per line; ask nothing"],
  ["--help", "after a command: show its options"],
];
const notes = [
  "Ids can be shortened to any beginning or end that is unique.",
  "Uses the server on this machine, or the one in TALKCODY_URL and TALKCODY_API_KEY.",
  "Exit codes: 0 done · 1 failed · 2 wrong usage · 3 cancelled · 4 waits for a decision · 130 left",
];

/** All commands. Fits on one screen. */
export function help(commands: ReadonlyMap<string, Command>, { style, columns }: HelpFormat): string {
  const rows = [...commands].map(([name, { summary }]): Row => [name, summary]);
  return [
    `${style.strong("talkcody")} — your coding agent, in the terminal`,
    "",
    `  ${style.quiet("$")} talkcody run "the test fails, fix it" --repo https://github.com/you/app`,
    `  ${style.quiet("$")} talkcody attach`,
    "",
    ...listed(rows, { style, columns }),
    "",
    ...listed(everywhere, { style, columns }),
    "",
    ...notes.map((note) => style.quiet(wrapped(note, { columns, indent: 2 }))),
  ].join("\n");
}

export function commandHelp({ summary, usage, options }: Command, { style, columns }: HelpFormat): string {
  const all: Row[] = [...options, ["--json", "print one JSON object per line; ask nothing"]];
  const line = wrapped(`talkcody ${usage}`, { columns, indent: 4 }).replace(
    "talkcody",
    style.strong("talkcody"),
  );
  return [line, `  ${summary}`, "", ...listed(all, { style, columns })].join("\n");
}

/** Two columns: names, and what they do. */
function listed(rows: readonly Row[], { style, columns }: HelpFormat): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(
    ([name, what]) =>
      `  ${style.accent(name.padEnd(width))}  ${wrapped(what, { columns, indent: width + 4 })}`,
  );
}
