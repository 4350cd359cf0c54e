import { lastCluster, widthOf } from "./width.ts";

/** Breaks lines between words, so that the terminal does not break them within. */
export interface Wrap {
  /** The next piece of a text that comes in pieces. Code, tables and what is longer than a line stay as they are. */
  next(piece: string): string;
  /** Another text begins, on a new line. */
  restart(): void;
}

export function createWrap(columns: () => number): Wrap {
  let column = 0;
  /** Blanks before a word are written with it, or not at all. */
  let blanks = "";
  /** A piece may end within what a person sees as one character: the next piece then adds to it. */
  let last = "";
  let isFenced = false;
  let isVerbatim = false;

  const newLine = () => {
    column = 0;
    blanks = "";
    last = "";
    isVerbatim = isFenced;
  };
  const word = (text: string): string => {
    if (column === 0) {
      if (text.startsWith("```")) isFenced = !isFenced;
      isVerbatim ||= isFenced || text.startsWith("|") || blanks.length >= 4;
    }
    const width = widthOf(last + text) - widthOf(last);
    const breaks = !isVerbatim && blanks !== "" && column > 0 && column + blanks.length + width > columns();
    const before = breaks ? "\n" : blanks;
    column = breaks ? width : column + blanks.length + width;
    blanks = "";
    last = lastCluster(last + text);
    return before + text;
  };
  const pause = (text: string) => {
    blanks += text;
    last = "";
  };
  const part = (text: string): string => {
    if (text === "\n") newLine();
    else if (text.trim() === "") pause(text);
    else return word(text);
    return text === "\n" ? text : "";
  };

  return {
    next: (piece) => (piece.match(/\n|[^\S\n]+|\S+/g) ?? []).map(part).join(""),
    restart: () => {
      isFenced = false;
      newLine();
    },
  };
}

/** A text that is there as a whole. Every line but the first is set in by `indent`, and so are those that go on. */
export function wrapped(text: string, { columns, indent = 0 }: { columns: number; indent?: number }): string {
  const wrap = createWrap(() => columns - indent);
  return wrap.next(text).replaceAll("\n", `\n${" ".repeat(indent)}`);
}
