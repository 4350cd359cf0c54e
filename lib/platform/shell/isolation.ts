import { spawnSync } from "node:child_process";
import { realpathSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import type { ProgramName, TrustedPrograms } from "../programs/trusted-programs.ts";

export interface LaunchPlan {
  file: string;
  args: string[];
}

export interface IsolationOptions {
  /** The workspace. It stays visible also inside a hidden folder. Absolute, without links. */
  root: string;
  /** Absolute paths of files and folders that commands must not see. Missing ones are ignored. */
  hiddenPaths: readonly string[];
  programs: TrustedPrograms;
}

/**
 * Wraps a program so that it runs in its own namespaces (`unshare` of util-linux). It sees only its own processes, so it
 * cannot read `/proc/<server>/environ`. Everything it starts ends with it, also daemons. It ends with the server. Hidden
 * paths are covered by empty mounts. This keeps secrets from ordinary commands, but does not stop an attacker.
 */
export function isolated(launch: LaunchPlan, options: IsolationOptions): LaunchPlan {
  const { find } = options.programs;
  const isRoot = process.getuid?.() === 0;
  const asRootInside = isRoot ? [] : ["--user", "--map-root-user"];
  const inner = isRoot ? [find("setpriv"), ...withoutMountRights] : backToUser(find("unshare"));
  const namespaces = [
    find("unshare"),
    ...asRootInside,
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  const script = [find("sh"), "-c", firstProcess(options, isRoot), "sh"];
  return {
    file: find("setpriv"),
    args: ["--pdeathsig", "KILL", ...namespaces, ...script, ...inner, launch.file, ...launch.args],
  };
}

let isPossible: boolean | undefined;

/** Whether this host can isolate commands. The first call tries it with a real command. */
export function canIsolate(programs: TrustedPrograms): boolean {
  isPossible ??= tryIsolation(programs);
  return isPossible;
}

const needed: ProgramName[] = ["mkdir", "mount", "setpriv", "sh", "unshare"];

function tryIsolation(programs: TrustedPrograms): boolean {
  if (process.platform !== "linux") return false;
  if (needed.some((name) => programs.lookFor(name) === undefined)) return false;
  const place = realpathSync(tmpdir());
  const { file, args } = isolated(
    {
      file: programs.find("sh"),
      args: ["-c", 'test "$PPID" = 1 && test ! -e "/proc/$0" && echo isolated', String(process.pid + 1e7)],
    },
    { root: place, hiddenPaths: [place], programs },
  );
  const env = { PATH: programs.path };
  const { stdout, status } = spawnSync(file, args, { env, cwd: place, timeout: 5000, encoding: "utf8" });
  return status === 0 && stdout.trim() === "isolated";
}

/** Otherwise root could remove the covering mounts, load kernel modules or read disks. */
const withoutMountRights = ["--bounding-set", "--inh-caps"].map(
  (option) => `${option}=-sys_admin,-sys_module,-sys_rawio,-sys_boot,-sys_ptrace,-mknod`,
);

/** Root of a user namespace makes the mounts. The command runs as its own user, in a second namespace inside. */
function backToUser(unshare: string): string[] {
  return [unshare, `--map-user=${process.getuid?.() ?? 0}`, `--map-group=${process.getgid?.() ?? 0}`];
}

/**
 * The script of process 1 of the namespace: covers the hidden paths, then runs the command and waits for it. The command
 * does not replace process 1, because the kernel does not deliver most signals to process 1, and commands need SIGTERM.
 */
function firstProcess({ root, hiddenPaths, programs }: IsolationOptions, isRoot: boolean): string {
  return [
    "set -e",
    ...(["mkdir", "mount"] as const).map((name) => `${name}() { ${programs.find(name)} "$@"; }`), // Not those of the command's PATH.
    `trap 'echo "The command was not started: this host could not isolate it." >&2' EXIT`,
    "ulimit -c 0",
    "{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null || :",
    ...(isRoot ? ["mount -n -o bind,ro /proc/sys /proc/sys"] : []),
    ...covers(root, hiddenPaths),
    "set +e",
    "trap - EXIT",
    '"$@"',
    "exit $?",
  ].join("\n");
}

function covers(root: string, hiddenPaths: readonly string[]): string[] {
  const real = hiddenPaths.flatMap(existing).toSorted((a, b) => a.path.length - b.path.length);
  const outermost = real.filter(
    ({ path }, place) => !real.slice(0, place).some((other) => isWithin(other.path, path)),
  );
  return outermost.flatMap(({ path, isFolder }) => {
    if (isWithin(path, root)) return coverAround(path, root);
    if (isWithin(root, path)) return []; // The command may see all of its workspace.
    return isFolder ? [emptyFolder(path), sealed(path)] : [`mount -n --bind /dev/null ${quoted(path)}`];
  });
}

/** Holds the workspace open by a descriptor, covers the folder above it, then mounts the workspace into the cover. */
function coverAround(path: string, root: string): string[] {
  if (path === root) return [];
  return [
    `exec 9<${quoted(root)}`,
    emptyFolder(path),
    `mkdir -p ${quoted(root)}`,
    `mount -n -c --rbind /proc/self/fd/9 ${quoted(root)}`,
    "exec 9<&-",
    sealed(path),
    `cd ${quoted(root)}`,
  ];
}

function emptyFolder(path: string): string {
  return `mount -n -t tmpfs -o size=64k,mode=0755 tmpfs ${quoted(path)}`;
}

function sealed(path: string): string {
  return `mount -n -o remount,bind,ro ${quoted(path)}`;
}

function existing(path: string): { path: string; isFolder: boolean }[] {
  try {
    const real = realpathSync(path);
    return [{ path: real, isFolder: statSync(real).isDirectory() }];
  } catch {
    return [];
  }
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
