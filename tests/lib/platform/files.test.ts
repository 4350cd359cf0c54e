import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { ToolFailure } from "../../../lib/tool.ts";
import { openHost } from "./host.ts";

const limit = 1024 * 1024;

function refusedBecause(reason: string) {
  return expect.objectContaining({ name: "ToolFailure", fields: { reason } }) as unknown;
}

test("write makes folders, replaces in one step, and keeps the mode", async () => {
  const { host, root } = openHost();
  await host.files.write("a/b/run.sh", "one");
  chmodSync(join(root, "a/b/run.sh"), 0o751);
  await host.files.write(join(root, "a/b/run.sh"), "zwei ü");
  expect(new TextDecoder().decode(await host.files.read("a/b/run.sh", limit))).toBe("zwei ü");
  expect(statSync(join(root, "a/b/run.sh")).mode & 0o777).toBe(0o751);
  expect(readdirSync(join(root, "a/b"))).toEqual(["run.sh"]);
});

test("relative reads paths by their words", () => {
  const { host, root } = openHost();
  expect(host.files.relative("./a//b/../c")).toBe("a/c");
  expect(host.files.relative(`${root}/x`)).toBe("x");
  expect([host.files.relative("."), host.files.relative(""), host.files.relative(root)]).toEqual([
    ".",
    ".",
    ".",
  ]);
  expect(host.files.relative("..a/...")).toBe("..a/...");
});

test("stat tells kinds apart and is undefined where nothing is", async () => {
  const { host, root } = openHost();
  writeFileSync(join(root, "f"), "12345");
  symlinkSync("f", join(root, "l"));
  symlinkSync("nowhere", join(root, "dangling"));
  execFileSync("mkfifo", [join(root, "pipe")]);
  expect(await host.files.stat("f")).toMatchObject({ type: "file", sizeBytes: 5 });
  expect(await host.files.stat("l")).toMatchObject({ type: "file", sizeBytes: 5 });
  expect(await host.files.stat(".")).toMatchObject({ type: "folder" });
  expect(await host.files.stat("pipe")).toMatchObject({ type: "other" });
  expect(await host.files.stat("dangling")).toBeUndefined();
  expect(await host.files.stat("f/x/y")).toBeUndefined();
  await expect(host.files.write("f/x/y", "x")).rejects.toEqual(refusedBecause("not-found"));
});

test.each([
  "../x",
  "a/../../x",
  "/etc/passwd",
  "/proc/self/environ",
  "/proc/1/root/etc/passwd",
  "nul\0.txt",
  "line\nbreak",
  "tab\tin",
  "\u007f",
])("the path %j is refused for reading, writing and looking", async (path) => {
  const { host } = openHost();
  await expect(host.files.read(path, limit)).rejects.toEqual(refusedBecause("outside"));
  await expect(host.files.write(path, "x")).rejects.toEqual(refusedBecause("outside"));
  await expect(host.files.stat(path)).rejects.toEqual(refusedBecause("outside"));
  expect(() => host.files.relative(path)).toThrow(ToolFailure);
});

test("a folder whose name begins like the workspace is outside", async () => {
  const { host, root } = openHost();
  mkdirSync(`${root}evil`);
  writeFileSync(`${root}evil/x`, "secret");
  await expect(host.files.read(`${root}evil/x`, limit)).rejects.toEqual(refusedBecause("outside"));
});

test.each([
  ".git/config",
  ".GIT/config",
  ".git /config",
  ".git./config",
  ".git. ./x",
  "a/.Git/hooks/x",
  "GIT~1/config",
  ".git::$INDEX_ALLOCATION/x",
  ".g\u200cit/config",
  "\uff0egit/config",
])("the inside of git's folder is refused as %j", async (path) => {
  const { host, root } = openHost();
  mkdirSync(join(root, ".git"));
  writeFileSync(join(root, ".git/config"), "x");
  await expect(host.files.read(path, limit)).rejects.toEqual(refusedBecause("protected"));
  await expect(host.files.write(path, "evil")).rejects.toEqual(refusedBecause("protected"));
  expect(readFileSync(join(root, ".git/config"), "utf8")).toBe("x");
});

test.each([".gitignore", ".github/x.yml", "git/config", "a.git/config", ".git~"])(
  "%j is no part of git's folder",
  async (path) => {
    const { host } = openHost();
    await host.files.write(path, "x");
    expect(await host.files.stat(path)).toMatchObject({ type: "file" });
  },
);

test("links are followed inside, and refused outside and into git's folder", async () => {
  const { host, root, dataDir } = openHost();
  const outside = join(dataDir, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "secret"), "secret");
  mkdirSync(join(root, "real"));
  mkdirSync(join(root, ".git"));
  symlinkSync("real", join(root, "inner"));
  symlinkSync(join(root, "real"), join(root, "absolute"));
  symlinkSync("../../../outside", join(root, "up"));
  symlinkSync(outside, join(root, "out"));
  symlinkSync(join(outside, "made"), join(root, "dangling"));
  symlinkSync(join(outside, "secret"), join(root, "file"));
  symlinkSync("real/../.git", join(root, "hidden"));
  symlinkSync("../inner/../../x", join(root, "real/twice"));
  symlinkSync("loop", join(root, "loop"));
  symlinkSync("out", join(root, "chain"));
  symlinkSync("/proc/self", join(root, "proc"));
  await host.files.write("inner/a", "1");
  await host.files.write("absolute/b", "2");
  expect(readdirSync(join(root, "real")).toSorted()).toEqual(["a", "b", "twice"]);
  for (const path of [
    "up/secret",
    "out/secret",
    "chain/secret",
    "file",
    "real/twice",
    "loop",
    "proc/environ",
    "dangling",
  ]) {
    await expect(host.files.read(path, limit), path).rejects.toEqual(refusedBecause("outside"));
    await expect(host.files.write(path, "evil"), path).rejects.toEqual(refusedBecause("outside"));
  }
  await expect(host.files.write("hidden/config", "evil")).rejects.toEqual(refusedBecause("protected"));
  expect(readdirSync(outside)).toEqual(["secret"]);
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
});

test("writing to a hard link leaves the other name as it was", async () => {
  const { host, root, dataDir } = openHost();
  writeFileSync(join(dataDir, "outside"), "kept");
  linkSync(join(dataDir, "outside"), join(root, "inside"));
  await host.files.write("inside", "changed");
  expect(readFileSync(join(dataDir, "outside"), "utf8")).toBe("kept");
  expect(readFileSync(join(root, "inside"), "utf8")).toBe("changed");
});

test("special files and folders are refused without waiting", async () => {
  const { host, root } = openHost();
  execFileSync("mkfifo", [join(root, "pipe")]);
  mkdirSync(join(root, "folder"));
  for (const path of ["pipe", "folder"]) {
    await expect(host.files.read(path, limit)).rejects.toEqual(refusedBecause("not-a-file"));
    await expect(host.files.write(path, "x")).rejects.toEqual(refusedBecause("not-a-file"));
  }
});

test("what is too large, missing or named too long is refused with the reason", async () => {
  const { host, root } = openHost();
  const sparse = openSync(join(root, "sparse"), "w");
  ftruncateSync(sparse, 5 * 1024 ** 3);
  closeSync(sparse);
  await expect(host.files.read("sparse", limit)).rejects.toEqual(refusedBecause("too-large"));
  await expect(host.files.read("missing", limit)).rejects.toEqual(refusedBecause("not-found"));
  await expect(host.files.write("n".repeat(300), "x")).rejects.toEqual(refusedBecause("not-found"));
});

test("2000 writes while the folder flips to a link outside put nothing there", async () => {
  const { host, root, dataDir } = openHost();
  const outside = join(dataDir, "outside");
  mkdirSync(outside);
  mkdirSync(join(root, "d-real"));
  const flipper = new Worker(
    `const { renameSync, symlinkSync, rmSync } = require("node:fs");
     const { workerData: { root, outside } } = require("node:worker_threads");
     const end = Date.now() + 30000;
     for (;;) {
       try { renameSync(root + "/d-real", root + "/d"); } catch {}
       try { renameSync(root + "/d", root + "/d-real"); } catch {}
       try { symlinkSync(outside, root + "/d"); } catch {}
       try { rmSync(root + "/d"); } catch {}
       if (Date.now() > end) break;
     }`,
    { eval: true, workerData: { root, outside } },
  );
  let written = 0;
  for (let count = 0; count < 2000; count++) {
    written += await host.files.write(`d/f${count % 10}`, "payload").then(
      () => 1,
      () => 0,
    );
  }
  await flipper.terminate();
  expect(readdirSync(outside)).toEqual([]);
  expect(written).toBeGreaterThan(0);
});

test("a folder that moves out of the workspace is written to no more", async () => {
  const { host, root, dataDir } = openHost();
  mkdirSync(join(root, "d"));
  renameSync(join(root, "d"), join(dataDir, "d"));
  symlinkSync(join(dataDir, "d"), join(root, "d"));
  await expect(host.files.write("d/f", "x")).rejects.toEqual(refusedBecause("outside"));
  rmSync(join(root, "d"));
  expect(existsSync(join(dataDir, "d/f"))).toBe(false);
});

test("keep gives a text a harmless name in our own folder", async () => {
  const { host, root } = openHost();
  const path = await host.keep("../../web page/№1.md", "text");
  expect(path).toMatch(/^\.talkcody\/output\/[\w.-]+\.md$/);
  expect(readFileSync(join(root, path), "utf8")).toBe("text");
});
