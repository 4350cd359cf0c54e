import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRoom } from "./room.ts";

function roomWith(content: string | Uint8Array) {
  const room = openRoom();
  writeFileSync(join(room.root, "a.txt"), content);
  const read = (wish: object = {}) => room.run("readFile", { file_path: "a.txt", ...wish });
  return { ...room, read };
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join("");

test("readFile returns a short file whole, byte for byte, Windows line endings too", async () => {
  const content = "\uFEFFone\r\ntwo\nthree";
  const output = await roomWith(content).read();
  expect(output).toEqual({
    success: true,
    message: "Read all of a.txt (3 lines).",
    file_path: "a.txt",
    content,
    start_line: 1,
    end_line: 3,
    total_lines: 3,
  });
});

test("readFile stops after 1000 lines, says PARTIAL READ and how to go on; going on gives the rest", async () => {
  const { read } = roomWith(numbered(1, 2500));
  const first = await read();
  expect(first["content"]).toBe(numbered(1, 1000));
  expect(first.message).toBe(
    "PARTIAL READ: lines 1 to 1000 of 2500 of a.txt. Call readFile with start_line 1001 to read on.",
  );
  const rest = await read({ start_line: 1001, line_count: 1500 });
  expect(rest["content"]).toBe(numbered(1001, 2500));
  expect(rest.message).toBe("PARTIAL READ: lines 1001 to 2500 of 2500 of a.txt.");
});

test("readFile gives a file of exactly 1000 lines whole", async () => {
  const output = await roomWith(numbered(1, 1000)).read();
  expect(output.message).toBe("Read all of a.txt (1000 lines).");
});

test("readFile gives as many lines as asked for", async () => {
  const output = await roomWith(numbered(1, 300)).read({ start_line: 51, line_count: 100 });
  expect(output["content"]).toBe(numbered(51, 150));
  expect(output).toMatchObject({ start_line: 51, end_line: 150, total_lines: 300 });
});

test("readFile stops before 256 KiB, and says where to go on", async () => {
  const { read } = roomWith(`${"x".repeat(999)}\n`.repeat(900));
  const output = await read();
  expect(String(output["content"])).toHaveLength(262_000);
  expect(output.message).toContain("lines 1 to 262 of 900");
  expect(output.message).toContain("start_line 263");
});

test("readFile cuts a long line between characters and says by how much", async () => {
  const output = await roomWith(`short\n${"é".repeat(20_001)}\nend\n`).read();
  const [, long, end] = String(output["content"]).split("\n");
  expect(long).toBe(`${"é".repeat(8192)}… (23619 more bytes)`);
  expect(end).toBe("end");
  expect(output.message).toContain("cut: line 2 by 23.1 KiB");
});

test("readFile says that a file is empty", async () => {
  const output = await roomWith("").read();
  expect(output).toMatchObject({
    success: true,
    message: "a.txt is empty.",
    content: "",
    total_lines: 0,
    end_line: 0,
  });
});

test("readFile refuses to start past the end, and starts on the last line", async () => {
  const { read } = roomWith("one\ntwo\n");
  expect(await read({ start_line: 3 })).toMatchObject({
    success: false,
    message: "a.txt has 2 lines; start_line 3 is past its end.",
    total_lines: 2,
  });
  expect(await read({ start_line: 2 })).toMatchObject({ success: true, content: "two\n" });
});

test.each([
  ["a NUL byte in its head", Buffer.from("ab\0c"), /binary: it contains a NUL byte at offset 2/],
  ["bytes that are no UTF-8", Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a]), /not UTF-8/],
  ["UTF-16", Buffer.from("\uFEFFhello", "utf16le"), /UTF-16/],
])("readFile refuses %s in words", async (_, bytes, reason) => {
  const output = await roomWith(bytes).read();
  expect(output.success).toBe(false);
  expect(output.message).toMatch(reason);
});

test("readFile refuses what is not there, and what is larger than it can hold", async () => {
  const { read, run, root } = roomWith("x");
  expect(await run("readFile", { file_path: "b.txt" })).toMatchObject({
    success: false,
    message: "There is no file b.txt in the workspace.",
  });
  truncateSync(join(root, "a.txt"), 65 * 1024 * 1024);
  expect((await read()).message).toMatch(/is 65 MiB, more than the 64 MiB/);
});
