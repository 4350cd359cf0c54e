import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Which file imports which, by path. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** The imports of all source files, as dependency-cruiser resolves them. */
export function readImports(root: string): Imports {
  const bin = join(import.meta.dirname, "../../node_modules/.bin/depcruise");
  const parameters = [bin, "--config", "scripts/structure/import-rules.mjs", "--output-type", "json", "."];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  const { modules } = JSON.parse(execFileSync(process.execPath, parameters, options)) as Report;
  return new Map(
    modules.map(({ source, dependencies }) => [source, dependencies.map(({ resolved }) => resolved)]),
  );
}

interface Report {
  modules: { source: string; dependencies: { resolved: string }[] }[];
}

/** The longest chain of imports below a file, that file first. Imports have no cycles; the gate sees to it. */
export function longestChain(imports: Imports, from: string, counts: (path: string) => boolean): string[] {
  const known = new Map<string, string[]>();
  const chainOf = (path: string): string[] => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const below = (imports.get(path) ?? []).filter(counts).map(chainOf);
    const longest = below.reduce<string[]>((best, chain) => (chain.length > best.length ? chain : best), []);
    const chain = [path, ...longest];
    known.set(path, chain);
    return chain;
  };
  return chainOf(from);
}
