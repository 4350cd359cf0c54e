import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { type ProgramFolder, trustedFolders } from "./program-folders.ts";
import { whoCanChange } from "./who-can-change.ts";

/** The programs that the server itself starts, each with the package in which distributions ship it. */
const packages = {
  bash: "bash",
  bwrap: "bubblewrap",
  chown: "coreutils",
  du: "coreutils",
  git: "git",
  mkdir: "coreutils",
  mount: "util-linux",
  nsenter: "util-linux",
  perl: "perl",
  pivot_root: "util-linux",
  prlimit: "util-linux",
  ps: "procps",
  "sandbox-exec": "a part of macOS",
  setpriv: "util-linux",
  sh: "dash",
  ssh: "openssh-client",
  umount: "util-linux",
  unshare: "util-linux",
} as const;

export type ProgramName = keyof typeof packages;

/**
 * Where the server takes its own programs from: only from folders that commands cannot change, never through the PATH of
 * its environment. Otherwise a command could put a program of the same name in front, and the server would run it with
 * all its rights.
 */
export interface TrustedPrograms {
  /** The absolute path. Throws an AppError that says what to install. A program that was found is not looked for again. */
  find(name: ProgramName): string;
  /** The same; undefined when this host does not have it. */
  lookFor(name: ProgramName): string | undefined;
  /** For the environment of these programs: the trusted folders that exist. */
  readonly path: string;
}

export function openTrustedPrograms(
  folders: readonly ProgramFolder[] = trustedFolders([], process.platform),
): TrustedPrograms {
  const found = new Map<ProgramName, string>();
  const look = (name: ProgramName): Finding => {
    const known = found.get(name);
    if (known !== undefined) return { path: known, refusals: [] };
    const finding = lookIn(folders, name);
    if (finding.path !== undefined) found.set(name, finding.path);
    return finding;
  };
  return {
    lookFor: (name) => look(name).path,
    find: (name) => {
      const { path, refusals } = look(name);
      if (path === undefined) throw missing(name, folders, refusals);
      return path;
    },
    path: folders
      .filter(({ path, isChosen }) => whoCanChange(path, { isChosen }) === undefined)
      .map(({ path }) => path)
      .join(":"),
  };
}

interface Finding {
  path: string | undefined;
  /** Why programs of this name are not used. */
  refusals: string[];
}

function lookIn(folders: readonly ProgramFolder[], name: ProgramName): Finding {
  const refusals: string[] = [];
  for (const { path: folder, isChosen } of folders) {
    const path = join(folder, name);
    if (!isProgram(path)) continue;
    const reason = whoCanChange(path, { isChosen });
    if (reason === undefined) return { path, refusals };
    refusals.push(`${path} is not used, because ${reason}.`);
  }
  return { path: undefined, refusals };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function missing(
  name: ProgramName,
  folders: readonly ProgramFolder[],
  refusals: readonly string[],
): AppError {
  const searched = folders.map(({ path }) => path).join(", ");
  return new AppError(
    "internal",
    [
      `This host has no ${name} that the server may run. Install it (apt-get install ${packages[name]}, or the package of your system).`,
      `The server looks in ${searched}; TALKCODY_PROGRAM_PATHS can name more folders.`,
      ...refusals,
    ].join(" "),
  );
}
