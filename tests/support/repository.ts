import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface TestRepository {
  path: string;
  branch: string;
  git(...args: string[]): string;
  /** Writes files and commits them; returns the commit. */
  commit(files: Record<string, string>, message?: string): string;
}

/** A real git repository with one commit, in a folder of its own below `parent`. */
export function createRepository(
  parent: string,
  files: Record<string, string> = { "README.md": "# Sample\n" },
): TestRepository {
  const path = join(parent, `repository-${Math.random().toString(36).slice(2, 10)}`);
  mkdirSync(path, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: path, encoding: "utf8", env: environment, stdio: "pipe" }).trim();
  const commit = (changed: Record<string, string>, message = "Change") => {
    for (const [name, text] of Object.entries(changed)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet", "--initial-branch=main");
  commit(files, "First");
  return { path, branch: "main", git, commit };
}

const environment = {
  PATH: process.env["PATH"],
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.test",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.test",
};
