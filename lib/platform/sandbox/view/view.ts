import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { emptyFile } from "./etc.ts";
import { insidePaths, type Mount, ordered } from "./mounts.ts";
import { systemMounts } from "./system.ts";
import type { Toolchains } from "./toolchains.ts";

/** Where the own folders of one workspace are on the host. */
export interface WorkspaceFolders {
  root: string;
  home: string;
  temporary: string;
}

/** What every workspace sees: the system with `etc` as its `/etc`, and the toolchains without credentials. */
export function sharedMounts(toolchains: Toolchains, etc: string): Mount[] {
  const tools = toolchains.folders.map((folder) => readOnly(folder, folder));
  const masked = toolchains.credentialFiles.map((file) => readOnly(join(etc, emptyFile), file));
  return [...ordered([...systemMounts(etc), ...tools]), ...masked];
}

export function workspaceMounts({ root, home, temporary }: WorkspaceFolders): Mount[] {
  return [
    { kind: "read-write", source: temporary, target: insidePaths.temporary },
    { kind: "link", to: insidePaths.temporary, target: "/var/tmp" },
    { kind: "read-write", source: home, target: insidePaths.home },
    { kind: "read-write", source: root, target: insidePaths.workspace },
  ];
}

/**
 * What of `.git` commands may not write: the files that make git run programs. `.git` becomes a mount of its own, so that
 * no command can move it away. Creates an empty `.git/hooks`, so that no command can create it.
 */
export function gitMounts(root: string): Mount[] {
  const git = join(root, ".git");
  if (kindOf(git) !== "folder") return [];
  mkdirSync(join(git, "hooks"), { recursive: true });
  const own = ["config", "config.worktree", "hooks", "info/attributes"];
  const inside = [...own, ...submodules(git).flatMap((folder) => [`${folder}/config`, `${folder}/hooks`])];
  const kept = inside.filter((path) => kindOf(join(git, path)) !== undefined);
  const at = (path: string) => ({ source: join(git, path), target: `${insidePaths.workspace}/.git/${path}` });
  return [
    { kind: "read-write", source: git, target: `${insidePaths.workspace}/.git` },
    ...kept.map((path): Mount => ({ kind: "read-only", ...at(path) })),
  ];
}

const submodulesMax = 100;

/** Folders below `.git/modules` with a configuration, relative to `.git`. Names of submodules may have slashes. */
function submodules(git: string): string[] {
  const found: string[] = [];
  const open = ["modules"];
  for (let folder = open.pop(); folder !== undefined && found.length < submodulesMax; folder = open.pop()) {
    if (kindOf(join(git, folder)) !== "folder") continue;
    if (kindOf(join(git, folder, "config")) === "file") found.push(folder);
    else open.push(...readdirSync(join(git, folder)).map((name) => `${folder}/${name}`));
  }
  return found;
}

/** Undefined for links and everything else that is neither a file nor a folder: such an entry is never mounted. */
function kindOf(path: string): "file" | "folder" | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return "folder";
  return found?.isFile() ? "file" : undefined;
}

function readOnly(source: string, target: string): Mount {
  return { kind: "read-only", source, target };
}
