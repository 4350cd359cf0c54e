import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openRoom } from "./room.ts";

function roomWith(files: Record<string, string>) {
  const room = openRoom();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(room.root, path)), { recursive: true });
    writeFileSync(join(room.root, path), content);
  }
  return room;
}

const many = (count: number, content = "") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`many/${index}.txt`, content]));

test("glob gives files newest first, with their times, and leaves out what git ignores", async () => {
  const { root, run } = roomWith({
    "a.ts": "",
    "src/b.ts": "",
    "c.js": "",
    "dist/d.ts": "",
    ".gitignore": "dist\n",
  });
  utimesSync(join(root, "a.ts"), 1000, 1000);
  utimesSync(join(root, "src/b.ts"), 2000, 2000);
  expect(await run("glob", { pattern: "**/*.ts" })).toEqual({
    success: true,
    message: "2 files match **/*.ts, newest first.",
    files: [
      { path: "src/b.ts", modified_at: "1970-01-01T00:33:20.000Z" },
      { path: "a.ts", modified_at: "1970-01-01T00:16:40.000Z" },
    ],
    truncated: false,
  });
});

test("glob searches below a path, and names files from the root of the workspace", async () => {
  const { root, run } = roomWith({ "a.ts": "", "src/b.ts": "" });
  for (const path of ["src", join(root, "src")]) {
    expect((await run("glob", { pattern: "*.ts", path }))["files"]).toMatchObject([{ path: "src/b.ts" }]);
  }
});

test("glob stops at 100 files and says so; 100 are not too many", async () => {
  const over = await roomWith(many(101)).run("glob", { pattern: "**/*.txt" });
  expect(over["files"]).toHaveLength(100);
  expect(over["truncated"]).toBe(true);
  expect(over.message).toMatch(/^More than 100 files match.*Narrow/);
  const exact = await roomWith(many(100)).run("glob", { pattern: "**/*.txt" });
  expect(exact.message).toBe("100 files match **/*.txt, newest first.");
});

test("glob says when nothing matches, and refuses patterns that lead out", async () => {
  const { run } = roomWith({ "a.ts": "" });
  expect(await run("glob", { pattern: "*.rs" })).toMatchObject({ success: true, files: [] });
  for (const pattern of ["../*", "src/../../*", "/etc/*"]) {
    expect(await run("glob", { pattern }), pattern).toMatchObject({ success: false });
  }
  expect((await run("glob", { pattern: "*", path: "a.ts" })).message).toBe("a.ts is not a folder.");
  expect((await run("glob", { pattern: "*", path: "b" })).message).toContain("There is nothing at b");
});

test("codeSearch groups matching lines by file", async () => {
  const { run } = roomWith({ "a.ts": "one\nfind me\n", "src/b.js": "find me, find me\nnot\nfind it\n" });
  expect(await run("codeSearch", { pattern: "find \\w+", path: "." })).toEqual({
    success: true,
    message: "3 matches in 2 files.",
    result: "a.ts\n  2: find me\n\nsrc/b.js\n  1: find me, find me\n  3: find it",
    matches: 3,
    files: 2,
    truncated: false,
  });
});

test("codeSearch keeps to endings, however they were written, and to one file", async () => {
  const { run } = roomWith({ "a.ts": "x\n", "b.tsx": "x\n", "c.js": "x\n" });
  const found = async (input: object) =>
    (await run("codeSearch", { pattern: "x", path: ".", ...input }))["result"];
  for (const ending of ["ts", ".ts", "*.ts"])
    expect(await found({ file_types: [ending] })).toBe("a.ts\n  1: x");
  expect(await found({ path: "c.js" })).toBe("c.js\n  1: x");
});

test("codeSearch takes a pattern that is no expression as it stands, and says so", async () => {
  const { run } = roomWith({ "a.ts": "call(a[0]\n" });
  const output = await run("codeSearch", { pattern: "call(a[", path: "." });
  expect(output["result"]).toBe("a.ts\n  1: call(a[0]");
  expect(output.message).toContain("not a valid regular expression");
  expect((await run("codeSearch", { pattern: "call\\(", path: "." })).message).toBe("1 match in 1 file.");
});

test("codeSearch stops at 10 matches a file and 100 files, and says so", async () => {
  const lines = await roomWith({ "a.txt": "x\n".repeat(11) }).run("codeSearch", { pattern: "x", path: "." });
  expect(lines).toMatchObject({ matches: 10, truncated: true });
  expect(lines.message).toContain("There are more");
  const files = await roomWith(many(101, "x\n")).run("codeSearch", { pattern: "x", path: "." });
  expect(files).toMatchObject({ files: 100, truncated: true });
  const exact = await roomWith({ "a.txt": "x\n".repeat(10) }).run("codeSearch", { pattern: "x", path: "." });
  expect(exact).toMatchObject({ matches: 10, truncated: false, message: "10 matches in 1 file." });
});

test("codeSearch never takes a pattern for an option", async () => {
  const { run } = roomWith({ "a.txt": "--files\n" });
  expect((await run("codeSearch", { pattern: "--files", path: "." }))["result"]).toBe("a.txt\n  1: --files");
});

test("listFiles lists what is not ignored, down to three levels unless told", async () => {
  const { run } = roomWith({
    "a.txt": "abc",
    "1/2/3/4.txt": "",
    "node_modules/x": "",
    ".gitignore": "node_modules\n",
  });
  const output = await run("listFiles", { directory_path: "." });
  expect(output["result"]).toBe(".gitignore (13 bytes)\n1/\n1/2/\n1/2/3/\na.txt (3 bytes)");
  expect(output.message).toBe("5 entries below the workspace, up to 3 levels deep.");
  const flat = await run("listFiles", { directory_path: "1", max_depth: 1 });
  expect(flat).toMatchObject({ message: "1 entry below 1, up to 1 level deep.", result: "1/2/" });
});

test("listFiles stops at 1000 entries and says so; it refuses a file", async () => {
  const { run } = roomWith(many(1000));
  const output = await run("listFiles", { directory_path: "." });
  expect(output).toMatchObject({ entries: 1000, truncated: true });
  expect(output.message).toContain("There are more");
  expect((await run("listFiles", { directory_path: "many" })).message).not.toContain("There are more");
  expect((await run("listFiles", { directory_path: "many/1.txt" })).message).toBe(
    "many/1.txt is not a folder.",
  );
});
