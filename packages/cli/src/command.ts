import type { ParseArgsConfig } from "node:util";
import { parseArgs } from "node:util";
import type { Client } from "./server/connect.ts";
import { UsageError } from "./failures.ts";
import { closest } from "./suggest.ts";
import type { Terminal } from "./terminal/terminal.ts";

export interface Context {
  terminal: Terminal;
  /** Looks for the server when it is first needed. */
  connect(): Client;
  /** For scripts: JSON on one line each, and nothing is asked. */
  json: boolean;
}

/** One command, as the dispatcher sees it. */
export interface Command {
  summary: string;
  usage: string;
  /** Option lines for the help: name and what it does. */
  options: [string, string][];
  run(context: Context, rest: string[]): Promise<number>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O & typeof everywhere; allowPositionals: true }>
>;

export interface CommandDefinition<O extends Options> extends Omit<Command, "run"> {
  accepts: O;
  /** Words beside the options; more are refused. */
  wordsMax: number;
  run(context: Context, given: { values: Parsed<O>["values"]; words: string[] }): Promise<number>;
}

const everywhere = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

/** A command with its options parsed and typed. Its `run` throws UsageError for what it does not know. */
export function defineCommand<const O extends Options>(definition: CommandDefinition<O>): Command {
  const { summary, usage, options, accepts, wordsMax } = definition;
  return {
    summary,
    usage,
    options,
    run: (context, rest) => {
      const { values, positionals } = parse({ ...accepts, ...everywhere }, rest);
      const extra = positionals[wordsMax];
      if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is one word too many.`);
      return definition.run(context, { values, words: positionals });
    },
  };
}

function parse<O extends Options>(options: O, args: string[]) {
  try {
    return parseArgs({ options, args, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(explain(error, options), { cause: error });
  }
}

function explain(error: unknown, options: Options): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(--?[^']+)'/.exec(message)?.[1];
  if (unknown === undefined) return message.split(". ")[0] ?? message;
  const near = closest(unknown.replace(/^-+/, ""), Object.keys(options));
  return `There is no option ${unknown}${near ? `; did you mean --${near}?` : "."}`;
}
