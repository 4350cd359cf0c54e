import { lstat, readdir, rename } from "node:fs/promises";
import { basename } from "node:path";
import type { WorkspacePaths } from "./workspace-paths.ts";

/** `whole`: folders with a record. The record is written when a clone is complete. `broken`: folders without one. */
export async function findFolders(
  places: WorkspacePaths,
  workspacesDir: string,
): Promise<{ whole: Set<string>; broken: Set<string> }> {
  const found = { whole: new Set<string>(), broken: new Set<string>() };
  for (const entry of await readdir(workspacesDir, { withFileTypes: true })) {
    if (!/^wsp_[0-9a-z]{1,64}$/.test(entry.name)) continue;
    const isWhole = entry.isDirectory() && (await exists(places.record(entry.name)));
    found[isWhole ? "whole" : "broken"].add(entry.name);
  }
  return found;
}

/** Renames the folder of a workspace to the first free name, and returns that name. */
export async function setAside(places: WorkspacePaths, workspaceId: string): Promise<string> {
  for (let number = 1; ; number++) {
    const kept = places.kept(workspaceId, number);
    if (await exists(kept)) continue;
    await rename(places.root(workspaceId), kept);
    return basename(kept);
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
