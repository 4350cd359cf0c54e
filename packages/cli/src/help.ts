import type { Command } from "./command.ts";
import type { Style } from "./render/style.ts";
import { wrapped } from "./render/text/wrap.ts";

/** What it is written on; lines break at `columns`. */
export interface Sheet {
  style: Style;
  columns: number;
}

type Row = [name: string, what: string];

const everywhere: Row[] = [
  ["--json", "one JSON object on each line, and nothing is asked"],
  ["--help", "behind a command: its options"],
];
const notes = [
  "Ids may be cut: any beginning or end that is unique will do.",
  "The server is found by itself, or by TALKCODY_URL and TALKCODY_API_KEY.",
  "Exit codes: 0 done · 1 failed · 2 not understood · 3 cancelled · 4 waits for a decision",
];

/** The whole of it on less than a screen. */
export function help(commands: ReadonlyMap<string, Command>, { style, columns }: Sheet): string {
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

export function commandHelp({ summary, usage, options }: Command, { style, columns }: Sheet): string {
  const all: Row[] = [...options, ["--json", "JSON on one line each; nothing is asked"]];
  const line = wrapped(`talkcody ${usage}`, { columns, indent: 4 }).replace(
    "talkcody",
    style.strong("talkcody"),
  );
  return [line, `  ${summary}`, "", ...listed(all, { style, columns })].join("\n");
}

/** Names in a column of their own; what they do beside them. */
function listed(rows: readonly Row[], { style, columns }: Sheet): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(
    ([name, what]) =>
      `  ${style.accent(name.padEnd(width))}  ${wrapped(what, { columns, indent: width + 4 })}`,
  );
}
