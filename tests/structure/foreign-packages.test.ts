import { expect, test } from "vitest";
import { code, files, linesMatching, read } from "./repository.ts";

/** All that people read: pages, and code that prints commands. */
const readable = [
  ...files.filter((path) => /[.]md$|^packages\/[^/]+\/bin\/|^app\/start[.]mjs$/.test(path)),
  ...code("lib", "scripts", "packages", "deploy", "app"),
];

/** What package.json pins by its own name: the same package everywhere. */
const manifest = JSON.parse(read("package.json")) as Record<"dependencies" | "devDependencies", object>;
const pinned = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].join("|");

const runs = new RegExp(
  `\\b(?:npx|bunx|pnpx|(?:npm|pnpm|yarn) (?:exec|dlx|create)) (?!--no-install |(?:${pinned})[ \`"])\\S`,
);
const installs = /\b(?:npm|pnpm|yarn|bun) (?:install|i|add) (?:-\S+ )*(?!(?:and|in|on|or)\b)[@a-z0-9]/;

test("nobody is told to run a package by a name that is not ours", () => {
  const what = "write `npx --no-install NAME`: it runs what is installed here and never downloads";
  expect(linesMatching(readable, runs), what).toEqual([]);
});

test("nobody is told to install a package from a registry", () => {
  const what = "our packages are in no registry: install the file that `npm pack` writes, by its path";
  expect(linesMatching(readable, installs), what).toEqual([]);
});

test.each([
  "npx talkcody run",
  "npx -y talkcody ls",
  "npx tsc --noEmit",
  "npm exec talkcody",
  "pnpm dlx talkcody",
])("%s would be found", (line) => expect(line).toMatch(runs));

test.each(["npm install --global @talkcody/cli", "npm i -g talkcody", "yarn add @talkcody/shared"])(
  "%s would be found",
  (line) => expect(line).toMatch(installs),
);

test.each([
  "npx --no-install talkcody run",
  "npx vitest run",
  "`npx` finds it",
  "npm install --global ./talkcody-cli-0.1.0.tgz",
  "npm install && npm start",
])("%s is fine", (line) => expect(`${runs.test(line)} ${installs.test(line)}`).toBe("false false"));
