import { lastCluster, widthOf } from "./width.ts";

/** Breaks lines between words, before the terminal would break them within a word. */
export interface Wrap {
  /** The next piece of a text. Code, tables and words longer than a line stay as they are. */
  next(piece: string): string;
  /** Another text starts, on a new line. */
  restart(): void;
}

interface Context {
  readonly columns: () => number;
  /** Columns used in the current line. */
  column: number;
  /** Blanks before the next word: written with it, or replaced by a line break. */
  blanks: string;
  /** The last visible character. A piece may end within one, and the next piece then continues it. */
  last: string;
  /** Within a fenced code block. */
  isFenced: boolean;
  /** The current line is code or a table. */
  isVerbatim: boolean;
}

export function createWrap(columns: () => number): Wrap {
  const context: Context = { columns, column: 0, blanks: "", last: "", isFenced: false, isVerbatim: false };
  return {
    next: (piece) => (piece.match(/\n|[^\S\n]+|\S+/g) ?? []).map((part) => wrapPart(context, part)).join(""),
    restart: () => {
      context.isFenced = false;
      startLine(context);
    },
  };
}

function wrapPart(context: Context, part: string): string {
  if (part === "\n") {
    startLine(context);
    return part;
  }
  if (part.trim() !== "") return wrapWord(context, part);
  context.blanks += part;
  context.last = "";
  return "";
}

function startLine(context: Context): void {
  context.column = 0;
  context.blanks = "";
  context.last = "";
  context.isVerbatim = context.isFenced;
}

function wrapWord(context: Context, word: string): string {
  if (context.column === 0) markVerbatim(context, word);
  const { columns, column, blanks, last, isVerbatim } = context;
  const width = widthOf(last + word) - widthOf(last);
  const breaks = !isVerbatim && blanks !== "" && column > 0 && column + blanks.length + width > columns();
  context.column = breaks ? width : column + blanks.length + width;
  context.blanks = "";
  context.last = lastCluster(last + word);
  return (breaks ? "\n" : blanks) + word;
}

/** The first word of a line tells whether the line is code or a table. */
function markVerbatim(context: Context, word: string): void {
  if (word.startsWith("```")) context.isFenced = !context.isFenced;
  context.isVerbatim ||= context.isFenced || word.startsWith("|") || context.blanks.length >= 4;
}

/** A complete text, wrapped. All lines but the first are indented by `indent` columns. */
export function wrapped(text: string, { columns, indent = 0 }: { columns: number; indent?: number }): string {
  const wrap = createWrap(() => columns - indent);
  return wrap.next(text).replaceAll("\n", `\n${" ".repeat(indent)}`);
}
