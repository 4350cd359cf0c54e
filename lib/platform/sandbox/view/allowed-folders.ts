import { join } from "node:path";
import { insidePaths, isWithin } from "./mounts.ts";
import type { ToolchainOptions } from "./toolchain-options.ts";

/** Never a folder that holds the owner's own files, the server's data or its code. */
export function isAllowed(folder: string, { home, forbidden }: ToolchainOptions): boolean {
  if ([home, ...broad].some((kept) => isWithin(folder, kept))) return false;
  if (privateFolders.some((name) => isWithin(join(home, name), folder))) return false;
  return !forbidden.some((kept) => isWithin(folder, kept) || isWithin(kept, folder));
}

/** Folders of many owners. What lies deeper in them may be a toolchain. */
const broad = [
  "/etc",
  "/home",
  "/root",
  "/var",
  "/run",
  "/tmp",
  "/proc",
  "/sys",
  "/dev",
  "/mnt",
  "/srv",
  "/media",
]
  .concat(["/opt", "/Users", "/usr/local"])
  .concat([insidePaths.workspace, insidePaths.home]);
const privateFolders = [
  ".ssh",
  ".aws",
  ".gnupg",
  ".config",
  ".docker",
  ".kube",
  ".azure",
  ".local/share/keyrings",
];
