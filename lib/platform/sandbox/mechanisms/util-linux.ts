import type { Mount } from "../view/mounts.ts";
import { quoted } from "../../programs/quoted.ts";
import { mountLines } from "./stage.ts";

export interface UtilLinuxOptions {
  stage: string;
  /** Mounts of this start only. Their sources are in the workspace. */
  mounts: readonly Mount[];
  uid: number;
  gid: number;
  workingFolder: string;
  seccomp: Buffer;
  programs: Record<"unshare" | "sh" | "setpriv" | "mount" | "umount" | "pivotRoot" | "perl", string>;
}

/**
 * The start of a program in a staged view, without bubblewrap. As root of a new user namespace it completes the view and
 * enters it. Then it gives up everything: a second user namespace without a root, no capabilities, no new privileges, a
 * seccomp filter. The first process stays, because the kernel does not deliver most signals to a program that is first.
 */
export function utilLinuxArguments(options: UtilLinuxOptions): string[] {
  const { programs } = options;
  const namespaces = [
    "--user",
    "--map-root-user",
    "--mount",
    "--pid",
    "--ipc",
    "--uts",
    "--fork",
    "--kill-child",
  ];
  return [programs.unshare, ...namespaces, "--", programs.sh, "-c", firstProcess(options), "sh"];
}

function firstProcess({
  stage,
  mounts,
  uid,
  gid,
  workingFolder,
  seccomp,
  programs,
}: UtilLinuxOptions): string {
  const inView = mounts
    .flatMap(mountLines)
    .map((line) => line.replaceAll("mount -n", `${programs.mount} -n`));
  const asNobody = [
    programs.unshare,
    "--user",
    `--map-user=${uid}`,
    `--map-group=${gid}`,
    "--keep-caps",
    "--",
  ];
  const without = [
    programs.setpriv,
    "--bounding-set=-all",
    "--inh-caps=-all",
    "--ambient-caps=-all",
    "--no-new-privs",
  ];
  const filtered = [programs.perl, "-e", loadFilter, seccomp.toString("hex"), prctlNumber()];
  return [
    "set -e",
    `trap 'echo "The command was not started: this host could not isolate it." >&2' EXIT`,
    `${programs.mount} -n --rbind ${quoted(stage)} ${quoted(stage)}`, // The kernel locks mounts of the namespace before.
    `cd ${quoted(stage)}`,
    `${programs.mount} -n -t proc -o nosuid,nodev,noexec proc proc`,
    `${programs.pivotRoot} . .`,
    `${programs.umount} -n -l .`,
    "cd /",
    ...inView, // Here a link that a command made meanwhile leads nowhere outside.
    `cd ${quoted(workingFolder)}`,
    "echo 1 > /proc/sys/user/max_user_namespaces",
    "set +e",
    "trap - EXIT",
    "echo started >&3",
    "exec 3>&-",
    `${[...asNobody, ...without, ...filtered].map(quoted).join(" ")} "$@"`,
    "exit $?",
  ].join("\n");
}

/** PR_SET_SECCOMP with SECCOMP_MODE_FILTER and a `struct sock_fprog`. No new privileges are set already. */
const loadFilter = `my $filter = pack("H*", shift); my $number = shift;
my $program = pack("S x6 P", length($filter) / 8, $filter);
syscall($number, 22, 2, $program) == 0 or die "The seccomp filter was refused: $!\\n";
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";`;

function prctlNumber(): string {
  return process.arch === "arm64" ? "167" : "157";
}
