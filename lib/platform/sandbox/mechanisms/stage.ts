import { quoted } from "../../programs/quoted.ts";
import type { Mount } from "../view/mounts.ts";

/**
 * A shell script that builds the view below `stage`, an empty folder, in a mount namespace of its own. Read-write folders
 * of the workspace are mounted like the others; what a single program may not write of `.git` is added at its start.
 */
export function stageScript(stage: string, mounts: readonly Mount[]): string {
  return [
    "set -e",
    "umask 022", // Commands may run as another user, who passes through these folders.
    `mount -n -t tmpfs -o mode=0755,size=16m stage ${quoted(stage)}`,
    `cd ${quoted(stage)}`,
    "mkdir -p proc dev/pts dev/shm",
    ...devices.flatMap((name) => [`: > dev/${name}`, `mount -n --bind /dev/${name} dev/${name}`]),
    "mount -n -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts",
    "mount -n -t tmpfs -o mode=1777,size=256m shm dev/shm",
    "ln -s pts/ptmx dev/ptmx",
    "ln -s /proc/self/fd dev/fd",
    "for name in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/${name%%:*} dev/${name#*:}; done",
    "mount -n --rbind /proc proc", // Covered by a new one at each start. Without it the kernel would refuse the new one.
    ...mounts.flatMap((mount) => mountLines(mount)),
    "mount -n -o remount,bind,ro .",
  ].join("\n");
}

const devices = ["null", "zero", "full", "random", "urandom", "tty"];

/** Lines for the current folder. */
export function mountLines(mount: Mount): string[] {
  const target = quoted(`.${mount.target}`);
  const parent = quoted(`.${mount.target.replace(/\/[^/]*$/, "")}`);
  if (mount.kind === "link") return [`mkdir -p ${parent}`, `ln -sfn ${quoted(mount.to)} ${target}`];
  const source = quoted(mount.source);
  return [
    `[ -e ${target} ] || { mkdir -p ${parent}; if [ -d ${source} ]; then mkdir -p ${target}; else : > ${target}; fi; }`,
    `mount -n --rbind ${source} ${target}`,
    ...(mount.kind === "read-only" ? [`mount -n -o remount,bind,ro ${target}`] : []),
  ];
}
