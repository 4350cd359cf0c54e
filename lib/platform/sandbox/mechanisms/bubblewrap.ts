import type { Mount } from "../view/mounts.ts";

export interface BubblewrapOptions {
  mounts: readonly Mount[];
  uid: number;
  gid: number;
  workingFolder: string;
  /** The descriptor from which bubblewrap reads the seccomp program; undefined where there is none. */
  seccompDescriptor: number | undefined;
}

/** Shared memory: enough for browsers and test runners. */
const sharedMemoryBytes = 256 * 1024 * 1024;

/**
 * The arguments of bubblewrap, which it reads from a descriptor, so that no path of the host shows in a list of processes.
 * The network is that of the workspace, which the process has joined before. The kernel refuses further namespaces.
 */
export function bubblewrapArguments(options: BubblewrapOptions): string[] {
  const { uid, gid, mounts, workingFolder, seccompDescriptor } = options;
  return [
    ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...["--disable-userns", "--uid", String(uid), "--gid", String(gid)],
    ...["--die-with-parent", "--cap-drop", "ALL", "--hostname", "sandbox"],
    ...["--proc", "/proc", "--dev", "/dev", "--size", String(sharedMemoryBytes), "--tmpfs", "/dev/shm"],
    ...mounts.flatMap(mountArguments),
    ...["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", workingFolder],
    ...(seccompDescriptor === undefined ? [] : ["--seccomp", String(seccompDescriptor)]),
  ];
}

function mountArguments(mount: Mount): string[] {
  if (mount.kind === "link") return ["--symlink", mount.to, mount.target];
  return [mount.kind === "read-only" ? "--ro-bind" : "--bind", mount.source, mount.target];
}
