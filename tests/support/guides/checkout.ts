import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { sourceFiles } from "../../../scripts/source-files.ts";
import { root } from "../server/server-process.ts";

export interface Checkout {
  folder: string;
  /** Writes a file by its path in the checkout. */
  write(path: string, text: string): void;
  read(path: string): string;
  /** Files that differ from the real checkout, without generated ones. */
  changed(): string[];
  /** Runs a line in a shell there. */
  run(line: string): Promise<{ exit: number; said: string }>;
  remove(): void;
}

/** A copy of this checkout to try something in: its own files and history, the packages that are installed here. */
export function copyCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-checkout-"));
  for (const path of sourceFiles(root)) cpSync(join(root, path), join(folder, path));
  linkPackages(folder);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Start");
  return {
    folder,
    write: (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    read: (path) => readFileSync(join(folder, path), "utf8"),
    changed: () =>
      git("status", "--porcelain", "--untracked-files=all")
        .split("\n")
        .map((line) => line.slice(3))
        .filter((path) => path !== "" && !path.includes(".gen.")),
    run: (line) => run(folder, line),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** What this run of the tests says to its workers is not for a run inside. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|TEST$)/.test(name));
  return Object.fromEntries(kept);
}

/** Each package by a link, but our own ones, which are those of the copy. */
function linkPackages(folder: string): void {
  const installed = join(root, "node_modules");
  mkdirSync(join(folder, "node_modules/@talkcody"), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name === "@talkcody" || name.startsWith(".vite")) continue;
    symlinkSync(join(installed, name), join(folder, "node_modules", name));
  }
  for (const name of readdirSync(join(folder, "packages")))
    symlinkSync(join(folder, "packages", name), join(folder, "node_modules/@talkcody", name));
}

function run(folder: string, line: string): Promise<{ exit: number; said: string }> {
  const path = [join(folder, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const env = { ...cleanEnvironment(), PATH: path, NO_COLOR: "1" };
  return new Promise((resolve) => {
    const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
    execFile("bash", ["-euc", line], options, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ exit, said: stdout + stderr });
    });
  });
}
