import { existsSync, lstatSync, readlinkSync, type Stats } from "node:fs";
import type { Mount } from "./mounts.ts";

/** The system, read-only: `/usr` and what leads to it, and a folder of ours in the place of `/etc`. */
export function systemMounts(etc: string): Mount[] {
  return [...usr.flatMap(entry), { kind: "read-only", source: etc, target: "/etc" }];
}

const usr = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

function entry(path: string): Mount[] {
  const found = lstatOf(path);
  if (found?.isSymbolicLink()) return [{ kind: "link", to: readlinkSync(path), target: path }];
  return existsSync(path) ? [{ kind: "read-only", source: path, target: path }] : [];
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
