import { quoted } from "../../programs/quoted.ts";
import { insidePaths, isWithin } from "../view/mounts.ts";

/** Where the probes look for what must not be there. All are paths or numbers of the host. */
export interface ProbeTargets {
  /** A file outside of every folder of the server, readable for everybody. */
  hostFile: string;
  home: string;
  /** A file in a folder beside the workspace of the probe; its parent was moved meanwhile. */
  secrets: readonly string[];
  productFolder: string;
  /** A port on which the server listens at 127.0.0.1. */
  port: number;
  /** A Unix socket on which the server listens, and others that hosts often have. */
  sockets: readonly string[];
  limits: { processes: number; openFiles: number; fileBytes: number };
}

/**
 * A script for sh that tries what a hostile command would try. It writes a line for each probe: the name, `ok` or `no`,
 * and what was found, separated by tabs. It ends with a line that names its process namespace and leaves a process behind.
 */
export function probeScript(targets: ProbeTargets): string {
  return [
    `say() { printf '%s\\t%s\\t%s\\n' "$1" "$2" "$3"; }`,
    `check() { if [ -z "$2" ]; then say "$1" ok "$3"; else say "$1" no "$2"; fi; }`,
    `seen() { for path in "$@"; do if [ -e "$path" ] || [ -L "$path" ]; then echo "$path can be seen"; fi; done; }`,
    "{",
    ...workProbes,
    ...fileProbes(targets),
    ...kernelProbes,
    ...networkProbes(targets),
    ...limitProbes(targets),
    ...lastingProbe,
    "} 2>/dev/null",
  ].join("\n");
}

/** What must be possible. Without these a sandbox that refuses everything would pass. */
const workProbes = [
  `check work "$( { : > made-here && : > "$HOME/made-here" && : > /tmp/made-here && [ "$(cat given)" = given ]; } || echo 'the workspace, the home or /tmp cannot be written')" 'workspace, home and /tmp are writable'`,
];

function fileProbes({ hostFile, home, secrets, productFolder }: ProbeTargets): string[] {
  const personal = [
    ".ssh",
    ".aws",
    ".gnupg",
    ".netrc",
    ".npmrc",
    ".git-credentials",
    ".config",
    ".docker",
    ".bashrc",
  ];
  const homePaths = personal.map((name) => quoted(`${home}/${name}`)).join(" ");
  const isPrivateInside = Object.values(insidePaths).some((own) => isWithin(own, home));
  const write = isPrivateInside
    ? ""
    : `if : > ${quoted(`${home}/.talkcody-probe`)}; then echo 'a file was written'; fi`;
  return [
    `check host-file "$(seen ${quoted(hostFile)} /etc/shadow /var/lib /boot)" 'files of the host cannot be seen'`,
    `check home "$(seen ${homePaths}; ${write})" 'the home of the user cannot be read or written'`,
    `check data-folder "$(seen ${secrets.map(quoted).join(" ")})" 'the data of the server cannot be seen, also after its parent folder was moved'`,
    `check product "$(if [ -n "$(ls -A ${quoted(productFolder)})" ]; then echo 'the code of the server can be seen'; fi)" 'the code of the server cannot be seen'`,
    `check git-files "$(if : >> .git/config; then echo '.git/config can be written'; fi; if : > .git/hooks/post-checkout; then echo 'a hook can be made'; fi; if mv .git .git-moved; then echo '.git can be moved'; fi)" '.git/config and .git/hooks are read-only'`,
    `check system "$(for file in /usr/bin/probe /etc/passwd /probe /dev/probe; do if : >> "$file"; then echo "$file can be written"; fi; done)" 'the system is read-only'`,
  ];
}

const kernelProbes = [
  `check kernel-setting "$(for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/panic /proc/sys/vm/drop_caches /proc/sysrq-trigger; do if : >> "$file"; then echo "$file can be written"; fi; done)" 'kernel settings are read-only'`,
  `check user "$(if [ "$(id -u)" = 0 ]; then echo 'the user is root'; fi)" "the user is not root"`,
  `check nested-namespace "$(if unshare --user true; then echo 'a user namespace was made'; fi; if unshare --mount true; then echo 'a mount namespace was made'; fi)" 'further namespaces are refused'`,
  `check privileges "$(grep -E '^Cap(Inh|Prm|Eff|Amb):' /proc/self/status | grep -v '0000000000000000$'; grep -q '^NoNewPrivs:.1$' /proc/self/status || echo 'new privileges are possible')" 'no capabilities, no new privileges'`,
  `check system-calls "$(grep -q '^Seccomp:.2$' /proc/self/status || echo 'there is no seccomp filter')" 'a seccomp filter is set'`,
  `check descriptors "$(ls /proc/self/fd | grep -v '^[0123]$')" 'no descriptor of the server is open'`,
  `check processes "$(if [ "$(grep '^NSpid:' /proc/self/status | wc -w)" != 2 ]; then echo 'processes of the host can be seen'; fi; if [ "$(ls -d /proc/[0-9]* | wc -l)" -gt 12 ]; then echo 'there are other processes'; fi)" 'only its own processes can be seen'`,
];

function networkProbes({ port, sockets }: ProbeTargets): string[] {
  const reached = (host: string, number: number) =>
    `if [ -x /bin/bash ] && timeout 2 /bin/bash -c ': > /dev/tcp/${host}/${number}'; then echo '${host} was reached'; fi`;
  const interfaces = "sed -n 's/^ *\\([^: ]*\\):.*/\\1/p' /proc/net/dev | grep -v '^lo$'";
  return [
    `check network "$(${interfaces}; ${reached("127.0.0.1", port)}; ${reached("169.254.169.254", 80)}; if getent hosts example.com; then echo 'a name was resolved'; fi)" 'loopback of the host, the metadata address and name servers cannot be reached'`,
    `check unix-sockets "$(seen ${sockets.map(quoted).join(" ")}; if [ "$(wc -l < /proc/net/unix)" -gt 1 ]; then echo 'there are sockets of others'; fi)" 'no Unix socket of the host can be seen'`,
  ];
}

function limitProbes({ limits }: ProbeTargets): string[] {
  const rows = [
    ["Max processes", limits.processes],
    ["Max open files", limits.openFiles],
    ["Max file size", limits.fileBytes],
    ["Max core file size", 0],
  ];
  const checks = rows.map(
    ([name, value]) => `grep -q '^${name}  *${value} ' /proc/self/limits || echo '${name} is not limited';`,
  );
  return [`check limits "$(${checks.join(" ")})" 'processes, open files and file sizes are limited'`];
}

const lastingProbe = [
  `setsid sleep 600 > /dev/null &`,
  `printf 'namespace\\t%s\\n' "$(readlink /proc/self/ns/pid)"`,
];
