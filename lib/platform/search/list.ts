import { readdirSync } from "node:fs";
import type { Search, WorkspaceTree } from "../../workspace.ts";
import { excludedFolders, pathsOf, type Ripgrep } from "./ripgrep.ts";
import { withSearchFolder, type SearchTarget, type SearchRoot } from "./search-target.ts";

type Entry = WorkspaceTree["items"][number];

const listBytesMax = 64 * 1024 * 1024;

/** Lists files that are not ignored and the folders above them, and what ripgrep does not report: links and empty folders. */
export function createList(place: SearchRoot, ripgrep: Ripgrep): Search["list"] {
  return ({ path, depth, limit, signal }) =>
    withSearchFolder(place, path, async (open) => {
      const run = { cwd: open.cwd, signal, stdoutBytesMax: listBytesMax };
      const visible = await ripgrep(["--files", "--null", ...excludedFolders], run);
      const entries = entriesOf(pathsOf(visible.stdout), depth);
      addUnreported(entries, open, { depth, limit });
      const paths = [...entries.keys()].toSorted();
      const items = paths.slice(0, limit).map((found) => describe(found, entries.get(found) ?? "file", open));
      return { items, truncated: paths.length > limit || visible.ended !== null };
    });
}

function entriesOf(files: readonly string[], depth: number): Map<string, Entry["type"]> {
  const entries = new Map<string, Entry["type"]>();
  for (const file of files) {
    const segments = file.split("/");
    if (segments.length <= depth) entries.set(file, "file");
    for (let length = Math.min(segments.length - 1, depth); length > 0; length--) {
      const folder = segments.slice(0, length).join("/");
      if (entries.has(folder)) break;
      entries.set(folder, "folder");
    }
  }
  return entries;
}

function addUnreported(
  entries: Map<string, Entry["type"]>,
  { cwd }: SearchTarget,
  { depth, limit }: { depth: number; limit: number },
): void {
  const folders = ["", ...[...entries].flatMap(([path, type]) => (type === "folder" ? [path] : []))];
  for (const folder of folders.slice(0, limit)) {
    if (folder !== "" && folder.split("/").length >= depth) continue;
    for (const entry of entriesIn(`${cwd}/${folder}`)) {
      if (entry.name === ".git" || entry.name === ".talkcody") continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isSymbolicLink()) entries.set(path, "link");
      else if (entry.isDirectory() && entriesIn(`${cwd}/${path}`).length === 0) entries.set(path, "folder");
    }
  }
}

function entriesIn(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return []; // Gone, or not readable.
  }
}

function describe(path: string, type: Entry["type"], { prefix, stat }: SearchTarget): Entry {
  return { path: prefix + path, type, sizeBytes: type === "file" ? (stat(path)?.size ?? null) : null };
}
