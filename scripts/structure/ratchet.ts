import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sourceFiles } from "../source-files.ts";
import { topLevelFunctions } from "./functions.ts";

/** Lines of a hand-written source file. Tests may be longer. */
export const fileLinesMax = 150;
/** Lines of a function at the top level of a file. */
export const functionLinesMax = 60;
/** Hand-written source files directly in a folder. */
export const folderFilesMax = 15;

export const ratchetPath = "tests/structure/ratchet.json";

/** What is over a limit: the name of each thing and its size. */
export interface Oversized {
  files: Record<string, number>;
  functions: Record<string, number>;
  folders: Record<string, number>;
}

export const kinds = ["files", "functions", "folders"] as const;

/** What is over a limit now. */
export function measureOversized(root: string): Oversized {
  const code = sourceCode(root);
  const product = code.filter((path) => !/(^|\/)tests\//.test(path));
  return {
    files: over(
      fileLinesMax,
      product.map((path) => [path, linesOf(join(root, path))] as const),
    ),
    functions: over(
      functionLinesMax,
      topLevelFunctions(root, product).map(({ path, name, lines }) => [`${path}#${name}`, lines] as const),
    ),
    folders: over(folderFilesMax, [...countByFolder(code)]),
  };
}

/** Hand-written TypeScript files, without recordings for tests. */
export function sourceCode(root: string): string[] {
  const files = sourceFiles(root).filter((path) => path.endsWith(".ts") && !path.includes(".gen."));
  return files.filter((path) => !path.startsWith("tests/fixtures/"));
}

/** What may be over a limit: the sizes of the last turn. */
export function readRatchet(root: string): Oversized {
  return JSON.parse(readFileSync(join(root, ratchetPath), "utf8")) as Oversized;
}

/** Lowers each allowed size to the present size and removes what is within its limit. Never raises or adds one. */
export function turnRatchet(root: string): string {
  const allowed = readRatchet(root);
  const now = measureOversized(root);
  const next = Object.fromEntries(kinds.map((kind) => [kind, lowered(allowed[kind], now[kind])]));
  writeFileSync(join(root, ratchetPath), `${JSON.stringify(next, null, 2)}\n`);
  return kinds.map((kind) => `${Object.keys(next[kind] ?? {}).length} ${kind} over their limit`).join(", ");
}

function lowered(allowed: Record<string, number>, now: Record<string, number>): Record<string, number> {
  const kept = Object.entries(allowed).flatMap(([name, size]) => {
    const present = now[name];
    return present === undefined ? [] : [[name, Math.min(size, present)] as const];
  });
  return Object.fromEntries(kept.toSorted());
}

function over(limit: number, sizes: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(sizes.filter(([, size]) => size > limit).toSorted());
}

function countByFolder(paths: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const folder of paths.map(dirname)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return counts;
}

function linesOf(path: string): number {
  return readFileSync(path, "utf8").trimEnd().split("\n").length;
}
