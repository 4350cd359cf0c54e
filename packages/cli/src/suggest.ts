/** The word that was probably meant: at most two edits away, or one that starts with what was typed. */
export function closest(typed: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((word) => ({ word, away: distance(typed.toLowerCase(), word) }))
    .sort((one, other) => one.away - other.away);
  const [best] = ranked;
  if (best !== undefined && best.away <= Math.min(2, Math.floor(best.word.length / 2))) return best.word;
  return typed.length > 0 ? words.find((word) => word.startsWith(typed)) : undefined;
}

/** How many letters to add, remove, change or swap with a neighbour: the Damerau-Levenshtein distance. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) row.push(stepTo(rows, row, { from, to, i, j }));
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? Infinity;
}

function stepTo(
  rows: number[][],
  row: number[],
  { from, to, i, j }: { from: string; to: string; i: number; j: number },
): number {
  const at = (back: number, column: number) => rows[i - back]?.[column] ?? Infinity;
  const changed = at(1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
  const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
  return Math.min(changed, at(1, j) + 1, (row[j - 1] ?? 0) + 1, isSwap ? at(2, j - 2) + 1 : Infinity);
}
