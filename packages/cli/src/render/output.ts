import { plural } from "./text/amounts.ts";
import { plain } from "./text/sanitise.ts";

/** The first lines are shown as they come, the last ones with the result; those between are counted. */
const headLinesMax = 12;
const tailLinesMax = 4;
/** Characters of a line; the rest is dropped. */
const lineLengthMax = 2000;

/** The output of one command, reduced to its first and last lines. Blank lines are left out. */
export interface OutputLines {
  /** Takes output in pieces. Returns the lines to show now. */
  add(text: string): string[];
  /** The lines to show at the end. */
  end(): string[];
  /** The command wrote nothing. */
  readonly isEmpty: boolean;
}

interface Context {
  shown: number;
  hidden: number;
  isEmpty: boolean;
  /** A line whose end has not come yet. */
  partial: string;
  tail: string[];
}

export function createOutputLines(): OutputLines {
  const context: Context = { shown: 0, hidden: 0, isEmpty: true, partial: "", tail: [] };
  return {
    add: (text) => add(context, text),
    end: () => end(context),
    get isEmpty() {
      return context.isEmpty;
    },
  };
}

function add(context: Context, text: string): string[] {
  context.isEmpty &&= text === "";
  const lines = (context.partial + plain(text)).split("\n");
  context.partial = (lines.pop() ?? "").slice(0, lineLengthMax);
  return lines.flatMap((line) => take(context, line.slice(0, lineLengthMax)));
}

function end(context: Context): string[] {
  const last = context.partial === "" ? [] : take(context, context.partial);
  const note = context.hidden > 0 ? [`… ${plural(context.hidden, "more line")}`] : [];
  const lines = [...last, ...note, ...context.tail];
  context.partial = "";
  context.tail = [];
  return lines;
}

/** Returns the line when it belongs to the first ones, or else keeps it as one of the last. */
function take(context: Context, line: string): string[] {
  if (line.trim() === "") return [];
  if (context.shown < headLinesMax) {
    context.shown++;
    return [line];
  }
  context.tail.push(line);
  if (context.tail.length > tailLinesMax) {
    context.tail.shift();
    context.hidden++;
  }
  return [];
}
