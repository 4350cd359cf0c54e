import type { Command, Context } from "./command.ts";
import { answerCommand } from "./commands/answer.ts";
import { approveCommand } from "./commands/approve.ts";
import { attachCommand } from "./commands/attach.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { lsCommand } from "./commands/ls.ts";
import { modeCommand } from "./commands/mode.ts";
import { modelsCommand } from "./commands/models.ts";
import { networkCommand } from "./commands/network.ts";
import { newCommand } from "./commands/new.ts";
import { rejectCommand } from "./commands/reject.ts";
import { runCommand } from "./commands/run.ts";
import { variablesCommand } from "./commands/variables.ts";
import { connect } from "./server/connect.ts";
import { sentenceOf, UsageError } from "./failures.ts";
import type { HelpFormat } from "./help.ts";
import { commandHelp, help } from "./help.ts";
import { plain } from "./render/text/sanitise.ts";
import { wrapped } from "./render/text/wrap.ts";
import { closest } from "./suggest.ts";
import type { Terminal } from "./terminal/terminal.ts";
import { openTerminal } from "./terminal/terminal.ts";
import { version } from "./version.ts";

/** In the order in which the help lists them. */
const commands = new Map<string, Command>([
  ["run", runCommand],
  ["attach", attachCommand],
  ["new", newCommand],
  ["ls", lsCommand],
  ["approve", approveCommand],
  ["reject", rejectCommand],
  ["answer", answerCommand],
  ["cancel", cancelCommand],
  ["network", networkCommand],
  ["mode", modeCommand],
  ["models", modelsCommand],
  ["variables", variablesCommand],
]);

/**
 * Runs one command line and resolves to its exit code: 0 done, 1 failed, 2 wrong usage, 3 cancelled, 4 waits for a
 * decision, 130 left with Ctrl-C.
 */
export async function main(args: readonly string[], terminal: Terminal = openTerminal()): Promise<number> {
  const [name, ...rest] = args[0] === "--json" ? [...args.slice(1), "--json"] : args;
  try {
    if (name === "--version" || name === "-v") return print(terminal, version());
    if (name === undefined || name === "--help" || name === "-h" || name === "help")
      return print(terminal, helpFor(rest[0], terminal));
    const command = commandFor(name);
    if (isHelp(rest)) return print(terminal, commandHelp(command, helpFormatOf(terminal)));
    return await command.run(contextOf(rest, terminal), rest);
  } catch (error) {
    return printError(error, terminal);
  }
}

function contextOf(rest: readonly string[], terminal: Terminal): Context {
  return { terminal, connect: () => connect(), json: optionsOf(rest).includes("--json") };
}

function isHelp(rest: readonly string[]): boolean {
  return optionsOf(rest).some((word) => word === "--help" || word === "-h");
}

/** The arguments before `--`; what follows it is text. */
function optionsOf(rest: readonly string[]): readonly string[] {
  const end = rest.indexOf("--");
  return end < 0 ? rest : rest.slice(0, end);
}

function commandFor(name: string): Command {
  const command = commands.get(name);
  if (command) return command;
  const near = closest(name, [...commands.keys()]);
  throw new UsageError(
    `Unknown command ${JSON.stringify(name)}; ${near ? `did you mean ${near}?` : "see talkcody --help."}`,
  );
}

function helpFor(name: string | undefined, terminal: Terminal): string {
  const format = helpFormatOf(terminal);
  return name === undefined ? help(commands, format) : commandHelp(commandFor(name), format);
}

function helpFormatOf({ style, proseColumns }: Terminal): HelpFormat {
  return { style, columns: proseColumns() };
}

function print(terminal: Terminal, text: string): number {
  terminal.out(`${text}\n`);
  return 0;
}

/** Prints one clear line, without a stack trace. */
function printError(error: unknown, terminal: Terminal): number {
  const lines = wrapped(plain(sentenceOf(error)), { columns: terminal.proseColumns(), indent: 2 });
  terminal.err(`${terminal.style.bad("✗")} ${lines}\n`);
  return error instanceof UsageError ? 2 : 1;
}
