import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openHost } from "./host.ts";
import { forever, git } from "./place.ts";
import { cpuMsOf } from "../../support/time/cpu-time.ts";

function setUp(files: Record<string, string>, isGit = false) {
  const opened = openHost();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(opened.root, path)), { recursive: true });
    writeFileSync(join(opened.root, path), text);
  }
  if (isGit) git(opened.root, "init");
  const { search } = opened.host;
  const glob = async (pattern: string, path = ".", limit = 100) =>
    search.glob({ pattern, path, limit, signal: forever });
  const grep = async (
    pattern: string,
    options: { path?: string; fileTypes?: string[]; filesMax?: number } = {},
  ) =>
    search.grep({
      pattern,
      path: ".",
      fileTypes: [],
      filesMax: 100,
      matchesPerFileMax: 10,
      signal: forever,
      ...options,
    });
  const list = async (path = ".", depth = 3, limit = 1000) =>
    search.list({ path, depth, limit, signal: forever });
  return { ...opened, glob, grep, list };
}

const tree = {
  ".gitignore": "ignored/\n*.log\n",
  "src/a.ts": "const needle = 1;\n",
  "src/deep/b.tsx": "needle\n",
  "src/c.js": "Needle\n",
  "ignored/d.ts": "needle\n",
  "x.log": "needle\n",
  ".git2/e.ts": "",
  ".talkcody/output/f.ts": "needle\n",
};

test.each([true, false])(
  "glob finds what matches and is not ignored, with git's folder: %s",
  async (isGit) => {
    const { glob } = setUp(tree, isGit);
    const paths = async (pattern: string, path?: string) =>
      (await glob(pattern, path)).items.map((item) => item.path).toSorted();
    expect(await paths("**/*.{ts,tsx}")).toEqual([".git2/e.ts", "src/a.ts", "src/deep/b.tsx"]);
    expect(await paths("*.ts")).toEqual([]);
    expect(await paths("*.ts", "src")).toEqual(["src/a.ts"]);
    expect(await paths("src/**")).toEqual(["src/a.ts", "src/c.js", "src/deep/b.tsx"]);
    expect(await paths("**/*.log")).toEqual([]);
    expect(await paths("ignored/d.ts")).toEqual([]);
    expect(await paths("**/output/*")).toEqual([]);
  },
);

test("glob gives the newest first, and says when there are more", async () => {
  const { glob, root } = setUp({ "a.ts": "", "b.ts": "", "c.ts": "" });
  ["b.ts", "c.ts", "a.ts"].forEach((name, age) => utimesSync(join(root, name), 1e9 - age, 1e9 - age));
  const { items, truncated } = await glob("*.ts", ".", 2);
  expect([items.map((item) => item.path), truncated]).toEqual([["b.ts", "c.ts"], true]);
  expect(items[0]?.modifiedAt).toBe(1e12);
  expect((await glob("*.ts", ".", 3)).truncated).toBe(false);
  await expect(glob("a{b")).rejects.toMatchObject({ name: "ToolFailure" });
});

test("a glob made to stall a regular expression takes no time", async () => {
  const { glob } = setUp({ ["a".repeat(200)]: "" });
  expect(await cpuMsOf(() => glob(`${"*a".repeat(60)}b`))).toBeLessThan(1000);
});

test("grep finds lines, keeps to endings, and takes a pattern that is no regular expression as it stands", async () => {
  const { grep } = setUp({ ...tree, "f.c": "call(a[0]\nfoo(\n" });
  const found = await grep("need.e");
  expect(found).toEqual({
    matches: [
      { path: "src/a.ts", line: 1, text: "const needle = 1;" },
      { path: "src/deep/b.tsx", line: 1, text: "needle" },
    ],
    truncated: false,
    isLiteral: false,
  });
  expect((await grep("(?i)needle", { fileTypes: ["js"] })).matches.map((match) => match.path)).toEqual([
    "src/c.js",
  ]);
  expect(await grep("call(a[")).toMatchObject({ matches: [{ path: "f.c", line: 1 }], isLiteral: true });
  expect((await grep("needle", { path: "src/deep" })).matches).toEqual([
    { path: "src/deep/b.tsx", line: 1, text: "needle" },
  ]);
  expect((await grep("needle", { path: "src/a.ts" })).matches.map((match) => match.path)).toEqual([
    "src/a.ts",
  ]);
  expect((await grep("nothing here")).matches).toEqual([]);
});

test("grep takes no option from a pattern or a path", async () => {
  const { grep, root } = setUp({ "a.txt": "--pre=touch\n-e\n", "-x": "--pre=touch\n" });
  expect((await grep("--pre=touch")).matches.length).toBe(2);
  expect((await grep("-e", { path: "a.txt" })).matches).toEqual([{ path: "a.txt", line: 2, text: "-e" }]);
  expect((await grep("--pre", { path: "-x" })).matches).toEqual([
    { path: "-x", line: 1, text: "--pre=touch" },
  ]);
  await expect(grep("x", { path: join(root, "../..") })).rejects.toMatchObject({ name: "ToolFailure" });
  await expect(grep("x", { fileTypes: ["{a,b}"] })).rejects.toMatchObject({ name: "ToolFailure" });
});

test("grep bounds files, matches and lines around the match", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 5 }, (_, count) => [`f${count}`, "needle\n".repeat(12)]),
  );
  const { grep } = setUp({ ...many, long: `${"x".repeat(5000)}needle${"y".repeat(5000)}` });
  const bounded = await grep("^needle", { filesMax: 3 });
  expect([bounded.matches.length, new Set(bounded.matches.map((match) => match.path)).size]).toEqual([30, 3]);
  expect(bounded.truncated).toBe(true);
  const [match] = (await grep("needle", { path: "long" })).matches;
  expect(match?.text).toMatch(/^…x+needley+…$/);
  expect(match?.text.length).toBeLessThanOrEqual(200);
});

test("searches read nothing through links and refuse them outside", async () => {
  const { grep, glob, list, root, dataDir } = setUp({ "a.txt": "x" });
  mkdirSync(join(dataDir, "outside"));
  writeFileSync(join(dataDir, "outside/secret.txt"), "secret");
  symlinkSync(join(dataDir, "outside"), join(root, "out"));
  symlinkSync(join(dataDir, "outside/secret.txt"), join(root, "s.txt"));
  expect((await grep("secret")).matches).toEqual([]);
  expect((await glob("**/*.txt")).items.map((item) => item.path)).toEqual(["a.txt"]);
  for (const path of ["out", "s.txt", "../outside"])
    await expect(grep("secret", { path })).rejects.toMatchObject({ name: "ToolFailure" });
  expect((await list()).items).toEqual([
    { path: "a.txt", type: "file", sizeBytes: 1 },
    { path: "out", type: "link", sizeBytes: null },
    { path: "s.txt", type: "link", sizeBytes: null },
  ]);
});

test("list goes down as deep as asked, sorted, ignored entries left out", async () => {
  const { list, root } = setUp(tree, true);
  mkdirSync(join(root, "empty"));
  const paths = (await list(".", 2)).items.map((item) => `${item.path}${item.type === "folder" ? "/" : ""}`);
  expect(paths).toEqual([
    ".git2/",
    ".git2/e.ts",
    ".gitignore",
    "empty/",
    "src/",
    "src/a.ts",
    "src/c.js",
    "src/deep/",
  ]);
  expect((await list("src", 1)).items.map((item) => item.path)).toEqual(["src/a.ts", "src/c.js", "src/deep"]);
  expect(await list(".", 9, 2)).toMatchObject({ truncated: true, items: [{}, {}] });
  await expect(list("src/a.ts")).rejects.toMatchObject({ name: "ToolFailure" });
  await expect(list(".git")).rejects.toMatchObject({ name: "ToolFailure" });
});
