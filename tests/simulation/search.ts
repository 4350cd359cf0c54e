import type { Search } from "../../lib/workspace.ts";

/** Finds whatever is there: what a search leaves out is no matter of the simulation. */
export function createSearch(folder: () => ReadonlyMap<string, Uint8Array>): Search {
  const paths = () => [...folder().keys()].filter((path) => !path.startsWith(".")).toSorted();
  return {
    glob: async () => ({ items: paths().map((path) => ({ path, modifiedAt: 0 })), truncated: false }),
    grep: async () => ({
      matches: paths().map((path) => ({ path, line: 1, text: "effect" })),
      truncated: false,
      isLiteral: false,
    }),
    list: async () => ({
      items: paths().map((path) => ({ path, type: "file" as const, sizeBytes: 1 })),
      truncated: false,
    }),
  };
}
