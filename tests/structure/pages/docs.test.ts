import { dirname } from "node:path";
import { expect, test } from "vitest";
import { files, read } from "../repository.ts";

const pages = files.filter(
  (path) => /^(README|CONTRIBUTING)[.]md$/.test(path) || /^docs\/.*\.md$/.test(path),
);
const places = new Set(files.flatMap(withFolders));
const ours =
  /^((app|lib|handlers|packages|tests|docs|deploy|scripts|bench|[.]ci)\/|openapi[.]yaml$|fly[.]toml$)/;
const placeholder = /[<>*{}…()$]|\.\.\./;

test("every path the documentation names exists", () => {
  expect(pages.flatMap(deadPaths), "mend the page, or bring the file back").toEqual([]);
});

test("every relative link of the documentation leads somewhere", () => {
  expect(pages.flatMap(deadLinks), "mend the link").toEqual([]);
});

function deadPaths(page: string): string[] {
  const named = [...prose(page).matchAll(/`([^`\s]+)`/g)].map(([, path = ""]) => path.replace(/[:#].*$/, ""));
  const dead = named.filter((path) => ours.test(path) && !placeholder.test(path) && !exists(path));
  return dead.map((path) => `${page}: ${path}`);
}

function deadLinks(page: string): string[] {
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) =>
    target.replace(/#.*$/, ""),
  );
  const relative = targets.filter((target) => target && !/^[a-z]+:/.test(target));
  const dead = relative.filter((target) => !exists(new URL(target, `file:///${page}`).pathname.slice(1)));
  return dead.map((target) => `${page}: ${target}`);
}

function exists(path: string): boolean {
  return places.has(path.replace(/\/$/, ""));
}

function withFolders(path: string): string[] {
  const folder = dirname(path);
  return folder === "." ? [path] : [path, ...withFolders(folder)];
}

/** The page without its code blocks. */
function prose(page: string): string {
  return read(page).replace(/^```[\s\S]*?^```/gm, "");
}
