import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface GroupRoots {
  version: 1 | 2;
  /** The server's own folder of each controller; one and the same in version 2. */
  folders: Record<"memory" | "pids" | "cpu", string>;
}

/** Makes the folder of this server below its own control group. Undefined where that is not delegated to it. */
export function findGroupRoots(
  { proc, sys }: { proc: string; sys: string },
  name: string,
): GroupRoots | undefined {
  try {
    const lines = readFileSync(join(proc, "self/cgroup"), "latin1").trim().split("\n");
    return rootsOfTwo(lines, sys, name) ?? rootsOfOne(lines, sys, name);
  } catch {
    return undefined; // There are no control groups, or this user may not make any.
  }
}

/** Only where all three controllers are there: a kernel may have both versions at once. */
function rootsOfTwo(lines: readonly string[], sys: string, name: string): GroupRoots | undefined {
  const path = lines.find((line) => line.startsWith("0::"))?.slice(3);
  if (path === undefined) return undefined;
  const own = join(sys, path);
  const controllers = existsSync(join(own, "cgroup.controllers"))
    ? readFileSync(join(own, "cgroup.controllers"), "latin1").split(/\s+/)
    : [];
  if (!["memory", "pids", "cpu"].every((controller) => controllers.includes(controller))) return undefined;
  const folder = join(own, name);
  mkdirSync(folder, { recursive: true });
  enable(own);
  enable(folder);
  return { version: 2, folders: { memory: folder, pids: folder, cpu: folder } };
}

/**
 * Lets the groups below have the controllers. The kernel refuses that while a group has processes itself, so those of a
 * delegated group, the server among them, move into a group beside.
 */
function enable(folder: string): void {
  const members = readFileSync(join(folder, "cgroup.procs"), "latin1").split("\n").filter(Boolean);
  if (members.length > 0) {
    mkdirSync(join(folder, "server"), { recursive: true });
    for (const pid of members) writeFileSync(join(folder, "server", "cgroup.procs"), pid);
  }
  writeFileSync(join(folder, "cgroup.subtree_control"), "+memory +pids +cpu");
}

function rootsOfOne(lines: readonly string[], sys: string, name: string): GroupRoots {
  const folderOf = (controller: string) => {
    const row = lines
      .map((line) => line.split(":"))
      .find(([, names]) => names?.split(",").includes(controller));
    if (row === undefined) throw new Error(`There is no control group for ${controller}.`);
    const folder = join(sys, row[1] ?? controller, row.slice(2).join(":"), name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  return {
    version: 1,
    folders: { memory: folderOf("memory"), pids: folderOf("pids"), cpu: folderOf("cpu") },
  };
}
