import { closeSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { emptyFile } from "./etc.ts";
import { insidePaths, type Mount, ordered } from "./mounts.ts";
import { giveToToolUser, type ToolUser } from "../tool-user.ts";
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
 * What of `.git` commands may not write: the files that make git run programs. Each becomes a mount of its own, and so does
 * `.git`: no command can move a mount away, or put a link in its place while another command starts. So what is missing is
 * created, empty, and `.git` is mounted even where a person lets commands write all of it.
 */
export function gitMounts(root: string, { isWritable, user }: GitMountOptions): Mount[] {
  const git = join(root, ".git");
  if (kindOf(git) !== "folder") return [];
  const at = (path: string) => ({ source: join(git, path), target: `${insidePaths.workspace}/.git/${path}` });
  const whole: Mount = { kind: "read-write", source: git, target: `${insidePaths.workspace}/.git` };
  if (isWritable) return [whole];
  for (const path of protectedFolders) create(() => mkdirSync(join(git, path)), join(git, path), user);
  for (const path of protectedFiles)
    create(() => closeSync(openSync(join(git, path), "wx")), join(git, path), user);
  const kept = [...protectedFolders, ...protectedFiles].filter(
    (path) => kindOf(join(git, path)) !== undefined,
  );
  return [whole, ...kept.map((path): Mount => ({ kind: kindOfMount(path), ...at(path) }))];
}

export interface GitMountOptions {
  /** A person lets commands write git's configuration and hooks. */
  isWritable: boolean;
  /** Owns what is created. */
  user: ToolUser;
}

/** `modules` has the configurations and hooks of submodules. */
const protectedFolders = ["info", "hooks", "modules"];
const protectedFiles = ["config", "config.worktree", "info/attributes"];

/** Git itself writes into `info`, which is a mount only to stay where it is. */
function kindOfMount(path: string): "read-only" | "read-write" {
  return path === "info" ? "read-write" : "read-only";
}

/** Does nothing where something is there already, or where the folder above it is no folder. */
function create(make: () => void, path: string, user: ToolUser): void {
  try {
    make();
    giveToToolUser(path, user);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!["EEXIST", "ENOENT", "ENOTDIR"].includes(code)) throw error;
  }
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
