import { LineCounter, isNode, parseDocument } from "yaml";

/** A mistake in a hand-written file. The message shows its place and the lines around it. */
export class Mistake extends Error {}

export interface Place {
  /** Relative to the root of the repository. */
  path: string;
  text: string;
  /** From 1. */
  line: number;
  column: number;
}

/** `openapi.yaml:48:60: what is wrong`, then the lines around it, with a mark below the column. */
export function mistakeAt({ path, text, line, column }: Place, what: string): Mistake {
  const lines = text.split("\n");
  const first = Math.max(1, line - linesAround);
  const shown = lines.slice(first - 1, line + linesAround).flatMap((content, index) => {
    const number = first + index;
    const numbered = `${number === line ? ">" : " "} ${String(number).padStart(5)} | ${content.slice(0, charactersMax)}`;
    return number === line
      ? [numbered, `        | ${" ".repeat(Math.min(column, charactersMax) - 1)}^`]
      : [numbered];
  });
  return new Mistake([`${path}:${line}:${column}: ${what}`, "", ...shown].join("\n"));
}

/** The same for a node of a YAML file that is given by its keys. */
export function mistakeAtKeys(
  file: Pick<Place, "path" | "text">,
  keys: readonly string[],
  what: string,
): Mistake {
  const counter = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: counter });
  const node = document.getIn(keys, true);
  const { line, col } = counter.linePos((isNode(node) && node.range?.[0]) || 0);
  return mistakeAt({ ...file, line, column: col }, what);
}

const linesAround = 2;
const charactersMax = 160;
