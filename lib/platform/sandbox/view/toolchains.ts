import { existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAllowed } from "./allowed-folders.ts";
import { credentialFilesIn } from "./credential-files.ts";
import { isWithin } from "./mounts.ts";
import { isFolder } from "./stat-of.ts";
import type { ToolchainOptions } from "./toolchain-options.ts";
import { isManaged, managers, rootOf, variableOf } from "./version-managers.ts";

export interface Toolchains {
  /** Absolute paths on the host, the same in the view, read-only. */
  folders: string[];
  /** Files that may hold credentials. They look empty in the view. */
  credentialFiles: string[];
  /** PATH in the view. */
  path: string[];
  /** What version managers need to find their toolchains. */
  variables: Record<string, string>;
}

/** The toolchains that the owner's PATH leads to, outside of the system's folders, without files that may hold credentials. */
export function findToolchains(options: ToolchainOptions): Toolchains {
  const own = options.toolPaths.map(programsOf);
  const path = [...new Set([...own, ...options.path, ...systemPath])].filter((folder) =>
    folder.startsWith("/"),
  );
  const named = [...options.toolPaths, ...path.flatMap((folder) => rootsOf(folder, options))];
  const linked = path.filter((folder) => !isSystem(folder)).flatMap(linkTargets);
  const wanted = [...named, ...linked.flatMap((folder) => rootsOf(folder, options))];
  const folders = [...new Set(wanted)].filter((folder) => isFolder(folder) && isAllowed(folder, options));
  const seen = folders.slice(0, foldersMax);
  return {
    folders: seen,
    credentialFiles: seen.flatMap((folder) => credentialFilesIn(folder)),
    path: path.filter((folder) => isSystem(folder) || seen.some((root) => isWithin(root, folder))),
    variables: Object.fromEntries(managers.flatMap((manager) => variableOf(manager, seen, options))),
  };
}

const systemPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const systemRoots = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];
const foldersMax = 64;
const linksMax = 400;

function isSystem(folder: string): boolean {
  return systemRoots.some((root) => isWithin(root, folder));
}

/** The folders that the programs of a folder need. */
function rootsOf(folder: string, options: ToolchainOptions): string[] {
  if (isSystem(folder)) return [];
  const managed = managers.filter((manager) => isManaged(manager, folder, options));
  const roots = managed.map((manager) => rootOf(manager, options));
  if (roots.some((root) => isWithin(root, folder))) return roots;
  return [...roots, prefixOf(folder, options)];
}

/** `/opt/node/bin` needs `/opt/node`. A `bin` without libraries beside it stands alone. */
function prefixOf(folder: string, options: ToolchainOptions): string {
  const prefix = dirname(folder);
  const isPrefix = ["bin", "sbin", "shims"].includes(basename(folder)) && isAllowed(prefix, options);
  return isPrefix && parts.some((name) => existsSync(join(prefix, name))) ? prefix : folder;
}

const parts = ["lib", "lib64", "libexec", "include", "pkg", "Cellar"];

/** Folders of the files to which programs of a folder are links. */
function linkTargets(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).slice(0, linksMax);
    return entries.flatMap((entry) => (entry.isSymbolicLink() ? targetFolder(join(folder, entry.name)) : []));
  } catch {
    return [];
  }
}

function targetFolder(link: string): string[] {
  try {
    return [dirname(realpathSync(link))];
  } catch {
    return []; // It leads nowhere.
  }
}

function programsOf(toolPath: string): string {
  return isFolder(join(toolPath, "bin")) ? join(toolPath, "bin") : toolPath;
}
