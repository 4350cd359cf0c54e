import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const files = {
  "package.json": `${JSON.stringify({ name: "sum", version: "1.0.0", type: "module", scripts: { test: "node --test" } }, null, 2)}\n`,
  "sum.js": "export function sum(a, b) {\n  return a - b;\n}\n",
  "sum.test.js": [
    'import assert from "node:assert/strict";',
    'import { test } from "node:test";',
    'import { sum } from "./sum.js";',
    "",
    'test("adds two numbers", () => {',
    "  assert.equal(sum(2, 3), 5);",
    "});",
    "",
  ].join("\n"),
};

/** Creates a git repository whose test fails. */
export function makeRepository(folder: string): void {
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "A sum that subtracts");
}

/** Runs git without the user's own settings (signing, hooks, templates). */
function git(folder: string, ...args: string[]): void {
  const author = { GIT_AUTHOR_NAME: "Demo", GIT_AUTHOR_EMAIL: "demo@example.com" };
  const committer = { GIT_COMMITTER_NAME: "Demo", GIT_COMMITTER_EMAIL: "demo@example.com" };
  const alone = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_TEMPLATE_DIR: "" };
  execFileSync("git", args, { cwd: folder, env: { ...process.env, ...author, ...committer, ...alone } });
}
