import type { ParseArgsConfig } from "node:util";
import { parseArgs } from "node:util";
import type { Client } from "./server/connect.ts";
import { UsageError } from "./failures.ts";
import { closest } from "./suggest.ts";
import type { Terminal } from "./terminal/terminal.ts";

export interface Context {
  terminal: Terminal;
  /** Finds the server. Throws Failure when there is none. */
  connect(): Client;
  /** For scripts: print JSON objects, one per line, and ask nothing. */
  json: boolean;
}

/** A command, as `main` runs it. */
export interface Command {
  summary: string;
  usage: string;
  /** Lines of the help: an option and what it does. */
  options: [string, string][];
  run(context: Context, rest: string[]): Promise<number>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O & typeof everywhere; allowPositionals: true }>
>;

export interface CommandDefinition<O extends Options> extends Omit<Command, "run"> {
  accepts: O;
  /** How many words may stand beside the options. */
  wordsMax: number;
  run(context: Context, given: { values: Parsed<O>["values"]; words: string[] }): Promise<number>;
}

const everywhere = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

/** Makes a command whose options are parsed and typed. Its `run` throws UsageError for unknown options and extra words. */
export function defineCommand<const O extends Options>(definition: CommandDefinition<O>): Command {
  const { summary, usage, options, accepts, wordsMax } = definition;
  return {
    summary,
    usage,
    options,
    run: (context, rest) => {
      const { values, positionals } = parse({ ...accepts, ...everywhere }, rest);
      const extra = positionals[wordsMax];
      if (extra !== undefined)
        throw new UsageError(
          `Unexpected argument ${JSON.stringify(extra)}; see talkcody ${usage.split(" ", 1)[0]} --help.`,
        );
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
  return `Unknown option ${unknown}${near ? `; did you mean --${near}?` : "."}`;
}
