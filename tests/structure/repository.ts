import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Contract } from "../../scripts/generate/contract.ts";
import { sourceFiles } from "../../scripts/source-files.ts";

export const root = join(import.meta.dirname, "../..");

/** Every file of the checkout but what is recorded for tests. */
export const files = sourceFiles(root).filter((path) => !path.startsWith("tests/fixtures/"));

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Hand-written TypeScript below the given folders, or those very files. */
export function code(...places: string[]): string[] {
  const ours = files.filter((path) => path.endsWith(".ts") && !path.includes(".gen."));
  return ours.filter((path) => places.some((place) => path === place || path.startsWith(`${place}/`)));
}

export function contract(): Contract {
  return parse(read("openapi.yaml"));
}

/** The lines of the files that match, as `path:line: text`. */
export function linesMatching(paths: string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((text, index) =>
        pattern.test(text) ? [`${path}:${index + 1}: ${text.trim().slice(0, 120)}`] : [],
      ),
  );
}
