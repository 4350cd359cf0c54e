import { quoted } from "../../programs/quoted.ts";
import type { ProbeTargets } from "./probe-script.ts";

/** The same as `probeScript` for macOS, where things that cannot be reached have names all the same. */
export function seatbeltProbeScript(targets: ProbeTargets): string {
  return [
    `say() { printf '%s\\t%s\\t%s\\n' "$1" "$2" "$3"; }`,
    `check() { if [ -z "$2" ]; then say "$1" ok "$3"; else say "$1" no "$2"; fi; }`,
    `opened() { for path in "$@"; do if [ -f "$path" ] || [ -n "$(ls -A "$path")" ]; then echo "$path can be read"; fi; done; }`,
    "{",
    ...fileProbes(targets),
    ...processProbes,
    ...networkProbes(targets),
    ...limitProbes(targets),
    ...lastingProbe,
    "} 2>/dev/null",
  ].join("\n");
}

function fileProbes({ hostFile, home, secrets, productFolder }: ProbeTargets): string[] {
  const personal = [".ssh", ".aws", ".gnupg", ".netrc", ".npmrc", ".config", "Library", "Documents"];
  const homes = [home, `/System/Volumes/Data${home}`];
  const paths = homes.flatMap((folder) => [folder, ...personal.map((name) => `${folder}/${name}`)]);
  const write = `if : > ${quoted(`${home}/.talkcody-probe`)}; then echo 'a file was written'; fi`;
  return [
    `check work "$( { : > made-here && : > "$HOME/made-here" && : > "$TMPDIR/made-here" && [ "$(cat given)" = given ]; } || echo 'the workspace, the home or the temporary folder cannot be written')" 'workspace, home and temporary folder are writable'`,
    `check host-file "$(opened ${quoted(hostFile)} /private/etc/sudoers /private/var/log /private/tmp)" 'files of the host cannot be read'`,
    `check home "$(opened ${paths.map(quoted).join(" ")}; ${write})" 'the home of the user cannot be read or written'`,
    `check data-folder "$(opened ${secrets.map(quoted).join(" ")})" 'the data of the server cannot be read, also after its parent folder was moved'`,
    `check product "$(opened ${quoted(productFolder)})" 'the code of the server cannot be read'`,
    `check git-files "$(if : >> .git/config; then echo '.git/config can be written'; fi; if : > .git/hooks/post-checkout; then echo 'a hook can be made'; fi; if mv .git .git-moved; then echo '.git can be moved'; fi)" '.git/config and .git/hooks are read-only'`,
    `check system "$(for file in /usr/bin/probe /usr/local/bin/probe /opt/homebrew/bin/probe /private/etc/passwd /private/tmp/talkcody-probe; do if : >> "$file"; then echo "$file can be written"; fi; done)" 'the system is read-only'`,
  ];
}

/** `$PPID` is the server. ps belongs to root with the right to act as root, so it must not start. */
const processProbes = [
  `check user "$(if [ "$(id -u)" = 0 ]; then echo 'the user is root'; fi)" 'the user is not root'`,
  `check descriptors "$(for number in 3 4 5 6 7 8 9; do if [ -e "/dev/fd/$number" ]; then echo "descriptor $number is open"; fi; done)" 'no descriptor of the server is open'`,
  `check processes "$(if kill -0 "$PPID"; then echo 'the server can get signals'; fi; if [ -n "$(/bin/ps -axo pid=)" ]; then echo 'processes can be listed'; fi; if [ -n "$(pgrep -x launchd)" ]; then echo 'processes can be found'; fi)" 'other processes cannot be listed and get no signals'`,
];

/** macOS has no program `timeout`. The alarm stays set when perl becomes the program. */
const within2s = "perl -e 'alarm 2; exec @ARGV'";

function networkProbes({ port, sockets }: ProbeTargets): string[] {
  const reached = (host: string, number: number) =>
    `if ${within2s} /bin/bash -c ': > /dev/tcp/${host}/${number}'; then echo '${host} was reached'; fi`;
  const connected = sockets.map(
    (socket) =>
      `if ${within2s} nc -U ${quoted(socket)} < /dev/null; then echo ${quoted(`${socket} was reached`)}; fi`,
  );
  return [
    `check network "$(${reached("127.0.0.1", port)}; ${reached("1.1.1.1", 53)}; ${reached("169.254.169.254", 80)}; if ${within2s} /bin/bash -c ': > /dev/tcp/example.com/80'; then echo 'a name was resolved'; fi)" 'loopback of the host, the network and name servers cannot be reached'`,
    `check unix-sockets "$(${connected.join("; ")}; opened ${sockets.map(quoted).join(" ")})" 'no Unix socket of the host can be reached'`,
  ];
}

/** A file with one byte behind the limit needs no space. Its shell is ended by the signal of the limit. */
function limitProbes({ limits }: ProbeTargets): string[] {
  const beyond = limits.fileBytes * 2 + 1;
  return [
    `check limits "$(if [ "$(ulimit -c)" != 0 ]; then echo 'core files are not limited'; fi; if ! [ "$(ulimit -n)" -le ${limits.openFiles} ]; then echo 'open files are not limited'; fi; if (dd if=/dev/zero of=large bs=1 count=1 seek=${beyond}); then echo 'the size of files is not limited'; fi; rm -f large)" 'open files and file sizes are limited'`,
  ];
}

/** Leaves the process group, waits until a look has seen it, and loses its parent. */
const lastingProbe = [
  `perl -e 'setpgrp(0, 0); sleep 600' > /dev/null &`,
  `printf 'left\\t%s\\n' "$!"`,
  "sleep 3",
];
