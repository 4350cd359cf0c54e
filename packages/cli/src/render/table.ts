import type { Style } from "./style.ts";
import { fit, widthOf } from "./text/width.ts";

export interface Column {
  title: string;
  align?: "left" | "right";
  /** Gets narrower when the terminal is too narrow; the first such column first. */
  shrinks?: boolean;
  paint?: (cell: string, row: number) => string;
}

/** The width to which a column may shrink, in terminal columns. */
const narrowest = 7;

/** Rows under their titles, no wider than `how.width`. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  how: { style: Style; width: number },
): string[] {
  const widths = widthsOf(columns, rows, how.width);
  const line = (cells: readonly string[], paint: (cell: string, column: number) => string) =>
    columns
      .map((column, index) => paint(place(cells[index] ?? "", widths[index] ?? 0, column), index))
      .join("  ")
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      (cell) => how.style.quiet(cell),
    ),
    ...rows.map((row, number) => line(row, (cell, index) => columns[index]?.paint?.(cell, number) ?? cell)),
  ];
}

function widthsOf(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  const wanted = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index] ?? ""))),
  );
  let over = wanted.reduce((sum, one) => sum + one + 2, -2) - width;
  return wanted.map((one, index) => {
    const given = columns[index]?.shrinks ? Math.max(0, Math.min(over, one - narrowest)) : 0;
    over -= given;
    return one - given;
  });
}

function place(cell: string, width: number, { align }: Column): string {
  const text = fit(cell, width);
  return align === "right"
    ? text.trimEnd().padStart(width + text.trimEnd().length - widthOf(text.trimEnd()))
    : text;
}
