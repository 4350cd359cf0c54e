import { existsSync, lstatSync, readlinkSync, type Stats } from "node:fs";
import type { Mount } from "./mounts.ts";

/** The system, read-only: `/usr`, the folders that lead to it, and the needed parts of `/etc`. */
export function systemMounts(): Mount[] {
  return [...usr.flatMap(entry), ...etc.flatMap((name) => entry(`/etc/${name}`))];
}

const usr = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** No name resolution, no accounts, no keys: `/etc/ssl/private` and the like stay out. */
const etc = [
  ...[
    "alternatives",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "ld-musl-x86_64.path",
    "ld-musl-aarch64.path",
  ],
  ...["ssl/certs", "ssl/cert.pem", "ssl/openssl.cnf", "ca-certificates", "ca-certificates.conf"],
  ...["pki/tls/certs", "pki/tls/cert.pem", "pki/ca-trust/extracted", "crypto-policies"],
  ...[
    "localtime",
    "timezone",
    "os-release",
    "debian_version",
    "alpine-release",
    "redhat-release",
    "lsb-release",
  ],
  ...["mime.types", "magic", "services", "protocols", "inputrc", "bash.bashrc", "terminfo", "fonts"],
  ...["java", "java-8-openjdk", "java-11-openjdk", "java-17-openjdk", "java-21-openjdk", "java-25-openjdk"],
  ...["python3", "python3.11", "python3.12", "python3.13", "python3.14", "perl", "php", "maven"],
];

function entry(path: string): Mount[] {
  const found = lstatOf(path);
  if (found === undefined) return [];
  if (found.isSymbolicLink() && !path.startsWith("/etc/"))
    return [{ kind: "link", to: readlinkSync(path), target: path }];
  // A link in /etc is followed: its target may be outside of the view.
  return existsSync(path) ? [{ kind: "read-only", source: path, target: path }] : [];
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
