/** One entry of the view that a program has of the host. */
export type Mount =
  | { kind: "read-only" | "read-write"; source: string; target: string }
  | { kind: "link"; to: string; target: string };

/** Where a program finds what is its own. The same in every workspace. */
export const insidePaths = { workspace: "/workspace", home: "/home/agent", temporary: "/tmp" };

/** Whether `path` is the folder or inside it. Both absolute. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || folder === "/" || path.startsWith(`${folder}/`);
}

/** Without mounts that another one contains, in an order in which a mount never covers an earlier one. */
export function ordered(mounts: readonly Mount[]): Mount[] {
  const sorted = mounts.toSorted((a, b) => a.target.length - b.target.length);
  return sorted.filter((mount, place) => !sorted.slice(0, place).some((outer) => repeats(outer, mount)));
}

/** Whether the inner mount shows nothing that the outer one does not show already. */
function repeats(outer: Mount, inner: Mount): boolean {
  if (outer.kind !== "read-only" || inner.kind !== "read-only") return outer.target === inner.target;
  const isSame = outer.source === outer.target && inner.source === inner.target;
  return outer.target === inner.target || (isSame && isWithin(outer.target, inner.target));
}
