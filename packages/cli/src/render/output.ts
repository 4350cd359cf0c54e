import { plural } from "./text/amounts.ts";
import { plain } from "./text/sanitise.ts";

/** Lines of live output shown as they come; what follows is counted, and its end is shown with the result. */
export const headLinesMax = 12;
export const tailLinesMax = 4;
const lineLengthMax = 2000;

export interface OutputLines {
  /** Lines to show now. */
  add(text: string): string[];
  /** Lines to show at the end. */
  end(): string[];
  readonly isEmpty: boolean;
}

/** Bounds the output of one command to its first and its last lines; blank ones take no room. */
export function createOutputLines(): OutputLines {
  let shown = 0;
  let hidden = 0;
  let isEmpty = true;
  let partial = "";
  let tail: string[] = [];

  const take = (line: string): string[] => {
    if (line.trim() === "") return [];
    if (shown < headLinesMax) {
      shown++;
      return [line];
    }
    tail.push(line);
    if (tail.length > tailLinesMax) {
      tail = tail.slice(1);
      hidden++;
    }
    return [];
  };
  return {
    add: (text) => {
      isEmpty &&= text === "";
      const lines = (partial + plain(text)).split("\n");
      partial = (lines.pop() ?? "").slice(0, lineLengthMax);
      return lines.flatMap((line) => take(line.slice(0, lineLengthMax)));
    },
    end: () => {
      const last = partial === "" ? [] : take(partial);
      const note = hidden > 0 ? [`… ${plural(hidden, "more line")}`] : [];
      const lines = [...last, ...note, ...tail];
      [partial, tail] = ["", []];
      return lines;
    },
    get isEmpty() {
      return isEmpty;
    },
  };
}
