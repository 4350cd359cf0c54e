const linesSearched = 50_000;
const lineCharsCompared = 300;
const placesShown = 3;
const likenessMin = 0.5;

interface Place {
  /** Index of the first line. */
  start: number;
  lines: string[];
}

/** For a text that was not found: up to three similar places, with line numbers and the first difference. */
export function describeNearest(text: string, wanted: string): string {
  if (text === "") return "The file is empty.";
  const unescaped = wanted.replaceAll("\\n", "\n").replaceAll("\\t", "\t").replaceAll('\\"', '"');
  if (unescaped !== wanted && text.includes(unescaped)) {
    return 'It would match without its escapes: write line breaks, tabs and quotes directly, not as \\n, \\t and \\".';
  }
  const wantedLines = wanted.split("\n");
  const places = nearestPlaces(text.split("\n"), wantedLines);
  if (places.length === 0) return "Nothing in the file is similar to it; read the file again.";
  const described = places.map((place) => `- ${describePlace(place, wantedLines)}`);
  return ["The most similar places are:", ...described].join("\n");
}

function nearestPlaces(lines: string[], wanted: string[]): Place[] {
  // The longest line is the best evidence of where the text belongs.
  const anchor = wanted.reduce(
    (best, line, index) => (line.trim().length > (wanted[best] ?? "").trim().length ? index : best),
    0,
  );
  const anchorWords = wordsOf(wanted[anchor] ?? "");
  if (anchorWords.size === 0) return [];
  const scored = lines.slice(0, linesSearched).flatMap((line, index) => {
    const score = likeness(anchorWords, wordsOf(line));
    return score >= likenessMin ? [{ start: Math.max(0, index - anchor), score }] : [];
  });
  const best = scored.sort((one, other) => other.score - one.score).slice(0, placesShown);
  return best.map(({ start }) => ({ start, lines: lines.slice(start, start + wanted.length) }));
}

function describePlace({ start, lines }: Place, wanted: string[]): string {
  const at = wanted.findIndex((line, index) => !fits(lines[index], line, edgeOf(index, wanted.length)));
  const index = Math.max(0, at);
  const found = lines[index];
  const first = `line ${start + index + 1}`;
  if (found === undefined) return `line ${start + 1}: the file ends before old_string does`;
  const isSpacing = lines.map(squeezed).join("\n") === wanted.map(squeezed).join("\n");
  const what = isSpacing ? "only white space differs" : "it differs";
  return `${first}: ${what}; the file has ${shown(found)}, old_string has ${shown(wanted[index] ?? "")}`;
}

/** The wanted text may begin and end in the middle of a line. */
function fits(found: string | undefined, wanted: string, edge: { first: boolean; last: boolean }): boolean {
  if (found === undefined) return false;
  if (edge.first && edge.last) return found.includes(wanted);
  if (edge.first) return found.endsWith(wanted);
  return edge.last ? found.startsWith(wanted) : found === wanted;
}

function edgeOf(index: number, count: number): { first: boolean; last: boolean } {
  return { first: index === 0, last: index === count - 1 };
}

function squeezed(line: string): string {
  return line.replace(/\s+/g, "");
}

function shown(line: string): string {
  return JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line);
}

function wordsOf(line: string): Set<string> {
  return new Set(line.slice(0, lineCharsCompared).match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu));
}

/** Sørensen and Dice: 1 for the same words, 0 for none in common. */
function likeness(one: Set<string>, other: Set<string>): number {
  if (one.size === 0 || other.size === 0) return 0;
  let shared = 0;
  for (const word of one) if (other.has(word)) shared += 1;
  return (2 * shared) / (one.size + other.size);
}
