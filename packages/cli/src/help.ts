import packageJson from "../package.json" with { type: "json" };
import type { Command } from "./command.ts";
import type { Style } from "./render/style.ts";

export function version(): string {
  return `talkcody ${packageJson.version}`;
}

/** The whole of it on less than a screen. */
export function help(commands: ReadonlyMap<string, Command>, style: Style): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  const rows = [...commands].map(
    ([name, { summary }]) => `  ${style.accent(name.padEnd(width))}  ${summary}`,
  );
  return [
    `${style.strong("talkcody")} — your coding agent, in the terminal`,
    "",
    `  ${style.quiet("$")} talkcody run "the test fails, fix it" --repo https://github.com/you/app`,
    `  ${style.quiet("$")} talkcody attach`,
    "",
    ...rows,
    "",
    `  ${style.quiet("--json")}   one JSON object on each line, and nothing is asked`,
    `  ${style.quiet("--help")}   behind a command: its options`,
    "",
    style.quiet("Ids may be cut: any beginning or end that is unique will do."),
    style.quiet("The server is found by itself, or by TALKCODY_URL and TALKCODY_API_KEY."),
    style.quiet("Exit codes: 0 done · 1 failed · 2 not understood · 3 cancelled · 4 waits for a decision"),
  ].join("\n");
}

export function commandHelp({ summary, usage, options }: Command, style: Style): string {
  const all: [string, string][] = [...options, ["--json", "JSON on one line each; nothing is asked"]];
  const width = Math.max(...all.map(([name]) => name.length));
  const rows = all.map(([name, what]) => `  ${style.accent(name.padEnd(width))}  ${what}`);
  return [`${style.strong("talkcody")} ${usage}`, `  ${summary}`, "", ...rows].join("\n");
}
