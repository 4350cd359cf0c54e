import { join } from "node:path";
import { execaSync } from "execa";

/** Which file imports which, by path. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** The imports of all source files, as dependency-cruiser resolves them. */
export function readImports(root: string): Imports {
  const bin = join(import.meta.dirname, "../../node_modules/.bin/depcruise");
  const parameters = [bin, "--config", "scripts/structure/import-rules.mjs", "--output-type", "json", "."];
  const { stdout } = execaSync(process.execPath, parameters, { cwd: root });
  const { modules } = JSON.parse(stdout) as Report;
  return new Map(
    modules.map(({ source, dependencies }) => [source, dependencies.map(({ resolved }) => resolved)]),
  );
}

interface Report {
  modules: { source: string; dependencies: { resolved: string }[] }[];
}

/** The longest chain of imports that starts at a file. Assumes that imports have no cycles, which the gate checks. */
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
