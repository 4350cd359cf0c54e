/**
 * What shells, git, Node, Python and compilers need of macOS. All else is denied: there is no service for the keychain,
 * for the clipboard, for windows, for other programs, or for names of the network.
 */
export const systemRules: readonly string[] = [
  "(version 1)",
  "(deny default)",
  "(allow process-exec)",
  "(allow process-fork)",
  "(allow process-info* (target same-sandbox))",
  "(allow signal (target same-sandbox))",
  "(allow file-map-executable)",
  `(allow file-read* ${literals(["/", "/etc", "/tmp", "/var", "/private/etc/localtime"])})`,
  `(allow file-read* ${subpaths(systemFolders())})`,
  `(allow file-read* ${literals(etcFiles())})`,
  `(allow file-read-metadata ${literals(["/private", "/private/etc", "/private/var", "/Library", "/System"])})`,
  `(allow file-read* file-write-data file-ioctl ${literals(["/dev/null", "/dev/zero"])})`,
  `(allow file-read* ${literals(["/dev", "/dev/random", "/dev/urandom", "/dev/stdin", "/dev/stdout", "/dev/stderr"])})`,
  '(allow file-read* file-write-data (subpath "/dev/fd"))',
  `(allow mach-lookup ${names("global-name", services())})`,
  `(allow sysctl-read ${names("sysctl-name", kernelNames())} ${names("sysctl-name-prefix", kernelPrefixes())})`,
  '(allow ipc-posix-shm-read* (ipc-posix-name "apple.shm.notification_center"))',
  '(allow ipc-posix-sem (ipc-posix-name-regex #"^/mp-"))', // Of the module multiprocessing of Python.
];

/** After the rules for toolchains, because Homebrew is one: its `var` has the databases of its services, its `etc` may have passwords. */
export const homebrewRules: readonly string[] = [
  `(deny file-read* ${subpaths(["/usr/local/var", "/usr/local/etc", "/opt/homebrew/var", "/opt/homebrew/etc"])})`,
  `(allow file-read* ${subpaths(certificateFolders())})`,
];

function systemFolders(): string[] {
  return [
    ...["/bin", "/sbin", "/usr", "/opt/homebrew", "/Applications/Xcode.app", "/Library/Developer"],
    ...["/Library/Apple", "/Library/Frameworks", "/Library/Java"],
    ...["/System/Library", "/System/Cryptexes", "/System/iOSSupport", "/System/Volumes/Preboot/Cryptexes"],
    ...["/private/var/db/dyld", "/private/var/db/timezone", "/private/var/select", "/private/etc/ssl"],
  ];
}

function etcFiles(): string[] {
  const names = [
    "bashrc",
    "hosts",
    "paths",
    "profile",
    "protocols",
    "services",
    "shells",
    "zprofile",
    "zshrc",
  ];
  const other = ["/private/var/db/xcode_select_link", "/Library/Preferences/com.apple.dt.Xcode.plist"];
  return [...names.map((name) => `/private/etc/${name}`), ...other];
}

function certificateFolders(): string[] {
  const inEtc = ["openssl@3", "openssl@1.1", "ca-certificates"];
  return ["/usr/local/etc", "/opt/homebrew/etc"].flatMap((etc) => inEtc.map((name) => `${etc}/${name}`));
}

/** Names of users, the time zone, the log. Not trustd: it would fetch addresses that a certificate names. */
function services(): string[] {
  const directory = ["libinfo", "membership"].map((name) => `com.apple.system.opendirectoryd.${name}`);
  return [...directory, "com.apple.system.notification_center", "com.apple.system.logger", "com.apple.logd"];
}

/** Nothing that lists processes or shows their arguments. */
function kernelNames(): string[] {
  const kernel = ["argmax", "boottime", "clockrate", "hostname", "maxfiles", "maxfilesperproc", "maxproc"];
  const more = ["ngroups", "secure_kernel", "tcsm_available", "usrstack64", "version", "willshutdown"];
  const others = ["vm.loadavg", "sysctl.proc_cputype", "security.mac.lockdown_mode_state"];
  return [...[...kernel, ...more].map((name) => `kern.${name}`), ...others];
}

function kernelPrefixes(): string[] {
  return ["hw.", "kern.os", "machdep.cpu.", "machdep.ptrauth_enabled", "net.routetable."];
}

function literals(paths: readonly string[]): string {
  return names("literal", paths);
}

function subpaths(paths: readonly string[]): string {
  return names("subpath", paths);
}

/** For texts of this file only: none of them has a quote. */
function names(filter: string, texts: readonly string[]): string {
  return texts.map((text) => `(${filter} "${text}")`).join(" ");
}
