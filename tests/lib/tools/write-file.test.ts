import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRoom } from "./room.ts";
import { cpuMsOf } from "../../support/time/cpu-time.ts";

test("writeFile creates a file with its folders, exactly as given", async () => {
  const { root, run } = openRoom();
  const content = "one\r\ntwo\n\ttäb";
  const output = await run("writeFile", { file_path: "src/deep/a.ts", content });
  expect(output).toEqual({
    success: true,
    message: "Created src/deep/a.ts (14 bytes).",
    file_path: "src/deep/a.ts",
    bytes_written: 14,
  });
  expect(readFileSync(join(root, "src/deep/a.ts"), "utf8")).toBe(content);
});

test("writeFile replaces a file, keeps its mode, and changes no line ending", async () => {
  const { root, run } = openRoom();
  const path = join(root, "run.sh");
  writeFileSync(path, "old\r\n");
  chmodSync(path, 0o755);
  const output = await run("writeFile", { file_path: "run.sh", content: "new\n" });
  expect(output.message).toBe("Replaced run.sh (4 bytes).");
  expect(readFileSync(path, "utf8")).toBe("new\n");
  expect(statSync(path).mode & 0o777).toBe(0o755);
});

test("writeFile says so when the file holds that already, so that it can be repeated after a crash", async () => {
  const { root, run } = openRoom();
  writeFileSync(join(root, "a"), "same");
  const before = statSync(join(root, "a")).mtimeMs;
  const output = await run("writeFile", { file_path: "a", content: "same" });
  expect(output).toMatchObject({ success: true, message: "a already has exactly this content." });
  expect(statSync(join(root, "a")).mtimeMs).toBe(before);
});

test("writeFile previews a new file as a diff from /dev/null, bound to its absence", async () => {
  const { preview, host } = openRoom();
  expect(await preview("writeFile", { file_path: "new.txt", content: "one\ntwo\n" })).toEqual({
    preview: "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n",
    revision: "absent",
  });
  expect(await host.files.stat("new.txt")).toBeUndefined();
});

test("writeFile previews a replacement as a diff, bound to what is there", async () => {
  const { preview, root } = openRoom();
  writeFileSync(join(root, "a.txt"), "one\n");
  const shown = await preview("writeFile", { file_path: "a.txt", content: "two\n" });
  expect(shown?.preview).toBe("--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+two\n");
  expect(shown?.revision).toBe(createHash("sha256").update("one\n").digest("hex"));
});

test("writeFile previews in words what no diff can show", async () => {
  const { preview, root } = openRoom();
  const show = async () => (await preview("writeFile", { file_path: "a", content: "text" }))?.preview;
  writeFileSync(join(root, "a"), "a\0b");
  expect(await show()).toContain("A file that is not text would be replaced by 4 bytes of text.");
  truncateSync(join(root, "a"), 11 * 1024 * 1024);
  expect(await show()).toContain("A file too large to compare would be replaced");
});

test("writeFile does not stall over two large texts without a line in common", async () => {
  const { preview, root } = openRoom();
  const lines = (word: string) => Array.from({ length: 40_000 }, (_, index) => `${word} ${index}\n`).join("");
  writeFileSync(join(root, "a"), lines("old"));
  let shown: Awaited<ReturnType<typeof preview>>;
  const show = async () => (shown = await preview("writeFile", { file_path: "a", content: lines("new") }));
  expect(await cpuMsOf(show)).toBeLessThan(3000);
  expect(shown?.preview?.length).toBeLessThan(66_000);
});

test("writeFile refuses a folder and more than 10 MiB, and writes nothing", async () => {
  const { run, root, host } = openRoom();
  mkdirSync(join(root, "src"));
  expect((await run("writeFile", { file_path: "src", content: "x" })).message).toContain("is a folder");
  const big = "é".repeat(5 * 1024 * 1024 + 1);
  expect((await run("writeFile", { file_path: "big", content: big })).message).toContain(
    "more than the 10 MiB",
  );
  expect(await host.files.stat("big")).toBeUndefined();
});
