import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface EtcOptions {
  /** A folder of the server, which commands cannot reach. */
  folder: string;
  uid: number;
  gid: number;
  /** The name and address under which commands commit, unless a workspace says otherwise. */
  author: { name: string; email: string };
}

/** The empty file that stands in the view for files that may hold credentials. */
export const emptyFile = "empty";

/**
 * Makes what programs see as `/etc`: copies of the needed parts of the host's, and files of ours for what would tell about
 * its people. Returns where it is. One folder, because each mount of its own would slow down the start of every command by half a millisecond.
 */
export async function makeEtc({ folder, uid, gid, author }: EtcOptions): Promise<string> {
  await makeFolder(folder);
  const etc = await mkdtemp(join(folder, prefix)); // A new one each time: running commands may still use the last.
  await chmod(etc, 0o755);
  for (const name of copied) await copy(join("/etc", name), join(etc, name));
  const own: Record<string, string> = {
    passwd: `agent:x:${uid}:${gid}:agent:/home/agent:/bin/sh\n`,
    group: `agent:x:${gid}:\n`,
    hosts: "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    gitconfig: gitConfig(author),
    [emptyFile]: "",
  };
  for (const [name, text] of Object.entries(own)) await write(join(etc, name), text);
  return etc;
}

const prefix = "etc-";

/** Removes what earlier runs of the server made. */
export async function removeOldEtc(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const old = names.filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
  await Promise.all(old.map((path) => rm(path, { recursive: true, force: true })));
}

/** No name resolution, no accounts, no keys: `/etc/ssl/private` and the like stay out. */
const copied = [
  ...["alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld-musl-x86_64.path"],
  ...["ld-musl-aarch64.path", "ssl/certs", "ssl/cert.pem", "ssl/openssl.cnf", "ca-certificates"],
  ...["ca-certificates.conf", "pki/tls/certs", "pki/tls/cert.pem", "pki/ca-trust/extracted"],
  ...["crypto-policies", "localtime", "timezone", "os-release", "debian_version", "alpine-release"],
  ...["redhat-release", "lsb-release", "mime.types", "magic", "services", "protocols", "inputrc"],
  ...["bash.bashrc", "terminfo", "fonts", "java", "java-8-openjdk", "java-11-openjdk"],
  ...["java-17-openjdk", "java-21-openjdk", "java-25-openjdk", "python3", "python3.11"],
  ...["python3.12", "python3.13", "python3.14", "perl", "php", "maven"],
];

/** Links stay links. What this host does not have, or does not show to the server, is left out. */
async function copy(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  await cp(from, to, { recursive: true, verbatimSymlinks: true }).catch(() => {});
}

/** Readable for everybody, whatever the umask of the server is: commands may run as another user. */
async function makeFolder(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true })) !== undefined) await chmod(path, 0o755);
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o644);
}

/** The workspace may belong to another user than the one that git runs as. */
export function gitConfig({ name, email }: EtcOptions["author"]): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&").replace(/[\n\r]/g, " ")}"`;
  return `[user]\n\tname = ${quoted(name)}\n\temail = ${quoted(email)}\n[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n`;
}
