import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "../source-files.ts";

export const sizesPath = "tests/structure/sizes.json";
export const linesMax = 150;

/** Lowers each allowed size to what the file needs now and forgets files that fit; never raises one. */
export function shrinkSizes(root: string): string {
  const allowed = allowedSizes(root);
  const needed = oversized(root);
  const kept = Object.entries(allowed).flatMap(([path, lines]) => {
    const now = needed.get(path);
    return now === undefined ? [] : [[path, Math.min(lines, now)] as const];
  });
  writeFileSync(join(root, sizesPath), `${JSON.stringify(Object.fromEntries(kept.sort()), null, 2)}\n`);
  return `${sizesPath}: ${kept.length} files over ${linesMax} lines`;
}

export function allowedSizes(root: string): Record<string, number> {
  const path = join(root, sizesPath);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/** Hand-written source files longer than the line: path → lines. Tests may be as long as their story. */
export function oversized(root: string): Map<string, number> {
  const measured = sourceFiles(root)
    .filter((path) => path.endsWith(".ts") && !path.includes(".gen.") && !/(^|\/)tests\//.test(path))
    .map((path) => [path, readFileSync(join(root, path), "utf8").trimEnd().split("\n").length] as const);
  return new Map(measured.filter(([, lines]) => lines > linesMax));
}
