import { createHash } from "node:crypto";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ToolFailure } from "../../../lib/tool.ts";
import { applyEdits } from "../../../lib/tools/text/apply-edits.ts";
import { openRoom } from "./room.ts";
import { cpuMsOf } from "../../support/time/cpu-time.ts";

function roomWith(content: string | Uint8Array) {
  const room = openRoom();
  const path = join(room.root, "a.ts");
  writeFileSync(path, content);
  const input = (edits: [string, string][]) => ({
    file_path: "a.ts",
    edits: edits.map(([old_string, new_string]) => ({ old_string, new_string })),
  });
  return {
    ...room,
    edit: (...edits: [string, string][]) => room.run("editFile", input(edits)),
    show: (...edits: [string, string][]) => room.preview("editFile", input(edits)),
    now: () => readFileSync(path, "utf8"),
    path,
  };
}

test("editFile makes its edits in order, each in the text the one before left", async () => {
  const { edit, now } = roomWith("const a = 1;\nconst b = 2;\n");
  const output = await edit(
    ["const a = 1;", "const first = 1;"],
    ["first = 1", "first = 10"],
    ["b = 2;\n", "b = 3;\n"],
  );
  expect(output).toEqual({
    success: true,
    message: "Made 3 edits in a.ts.",
    file_path: "a.ts",
    edits_applied: 3,
  });
  expect(now()).toBe("const first = 10;\nconst b = 3;\n");
});

test("editFile takes replacement text literally", async () => {
  const { edit, now } = roomWith("price\n");
  await edit(["price", "$& $1 $$ \\n"]);
  expect(now()).toBe("$& $1 $$ \\n\n");
});

test("editFile makes all edits or none", async () => {
  const { edit, now } = roomWith("one\ntwo\n");
  const output = await edit(["one", "1"], ["three", "3"]);
  expect(output.success).toBe(false);
  expect(output.message).toMatch(/^Nothing was changed: edit 2 of 2 did not find its old_string/);
  expect(now()).toBe("one\ntwo\n");
});

test("editFile refuses a text that fits several places and names their lines; one more line makes it fit", async () => {
  const { edit, now } = roomWith("a {\n  x\n}\nb {\n  x\n}\n");
  const output = await edit(["  x\n", "  y\n"]);
  expect(output.message).toMatch(/old_string in 2 places, at lines 2, 5\. Add surrounding lines/);
  expect(await edit(["b {\n  x\n", "b {\n  y\n"])).toMatchObject({ success: true });
  expect(now()).toBe("a {\n  x\n}\nb {\n  y\n}\n");
});

test("editFile counts overlapping places too", async () => {
  expect((await roomWith("aaa").edit(["aa", "b"])).message).toContain("in 2 places");
});

test.each<[string, [string, string], RegExp]>([
  ["an empty old_string", ["", "x"], /empty old_string.*use writeFile/],
  ["the same text twice", ["one", "one"], /change nothing/],
  ["texts that differ in line endings only", ["one\ntwo", "one\r\ntwo"], /change nothing/],
])("editFile refuses %s", async (_, edit, reason) => {
  const room = roomWith("one\ntwo\n");
  expect((await room.edit(edit)).message).toMatch(reason);
  await expect(room.show(edit)).rejects.toThrow(ToolFailure);
  expect(room.now()).toBe("one\ntwo\n");
});

test("editFile names the nearest places and says when only white space differs", async () => {
  const source = "function add(a, b) {\n\treturn a + b;\n}\n\nfunction sub(a, b) {\n\treturn a - b;\n}\n";
  const { message } = await roomWith(source).edit(["function add(a, b) {\n    return a + b;\n}", "x"]);
  expect(message).toContain("The most similar places are:");
  expect(message).toContain(
    'line 2: only white space differs; the file has "\\treturn a + b;", old_string has "    return a + b;"',
  );
});

test("editFile names at most three nearest places, by what differs first", async () => {
  const source = Array.from({ length: 9 }, (_, index) => `  total = total + price[${index}];`).join("\n");
  const { message } = await roomWith(source).edit(["total = total + price[x];", "y"]);
  expect(message.match(/^- line/gm)).toHaveLength(3);
  expect(message).toContain('it differs; the file has "  total = total + price[0];"');
});

test("editFile says so when nothing resembles the text, when the file is empty, and when it was escaped", async () => {
  expect((await roomWith("alpha beta\n").edit(["gamma(delta)", "x"])).message).toContain(
    "Nothing in the file is similar to it",
  );
  expect((await roomWith("").edit(["a", "x"])).message).toContain("The file is empty.");
  expect((await roomWith("a\n\tb\n").edit(["a\\n\\tb", "x"])).message).toContain("without its escapes");
});

test("editFile keeps Windows line endings when the model sends plain ones", async () => {
  const { edit, now } = roomWith("one\r\ntwo\r\nthree\r\n");
  expect(await edit(["one\ntwo", "1\n1.5\n2"], ["three", "3\n4"])).toMatchObject({ success: true });
  expect(now()).toBe("1\r\n1.5\r\n2\r\n3\r\n4\r\n");
});

test("editFile leaves every other line its own ending, and adds none of Windows to a file without", async () => {
  const mixed = roomWith("a\nb\r\nc\nd\n");
  await mixed.edit(["d", "D\nE"]);
  expect(mixed.now()).toBe("a\nb\r\nc\nD\nE\n");
  const plain = roomWith("a\nb\n");
  await plain.edit(["a\r\nb", "A\r\nB"]);
  expect(plain.now()).toBe("A\nB\n");
});

test("editFile keeps a byte order mark", async () => {
  const { edit, now } = roomWith("\uFEFFone\n");
  await edit(["one", "two"]);
  expect(now()).toBe("\uFEFFtwo\n");
});

test("editFile previews a unified diff, bound to the content it was made for, and changes nothing", async () => {
  const { show, now, path } = roomWith("one\ntwo\nthree\n");
  const shown = await show(["two", "2"]);
  expect(shown).toEqual({
    preview: "--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n",
    revision: createHash("sha256").update("one\ntwo\nthree\n").digest("hex"),
  });
  expect(now()).toBe("one\ntwo\nthree\n");
  writeFileSync(path, "one\ntwo\nfour\n");
  expect((await show(["two", "2"]))?.revision).not.toBe(shown?.revision);
});

test("editFile cuts a long diff and says by how many lines", async () => {
  const line = `${"x".repeat(99)}\n`;
  const shown = await roomWith("start\n").show(["start", line.repeat(2000)]);
  expect(shown?.preview?.length).toBeLessThan(66_000);
  expect(shown?.preview).toMatch(/… \d+ more lines of this diff are not shown\.\n$/);
});

test("editFile refuses a missing, a binary and a too large file", async () => {
  const room = roomWith(Buffer.from("a\0b"));
  expect((await room.edit(["a", "b"])).message).toContain("cannot be edited as text");
  const missing = { file_path: "b.ts", edits: [{ old_string: "a", new_string: "b" }] };
  expect((await room.run("editFile", missing)).message).toContain("There is no file b.ts");
  truncateSync(room.path, 10 * 1024 * 1024 + 1);
  expect((await room.edit(["a", "b"])).message).toContain("more than the 10 MiB");
});

test("editFile searches 10 MiB of hostile text in bounded time", async () => {
  const attempt = () =>
    applyEdits("a".repeat(10_000_000), [{ old_string: `b${"a".repeat(100_000)}`, new_string: "c" }]);
  expect(await cpuMsOf(() => expect(attempt).toThrow("Nothing was changed"))).toBeLessThan(3000);
});

const piece = fc.stringMatching(/^[ab \n]{0,6}$/);
const edits = fc.array(fc.record({ old_string: piece, new_string: piece }), { minLength: 1, maxLength: 4 });

test("editFile changes exactly one place for each edit, or nothing", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[abc \n]{0,30}$/), edits, (text, wanted) => {
      const result = attempt(text, wanted);
      expect(result).toBe(oneByOne(text, wanted));
    }),
    { numRuns: 2000 },
  );
});

test("editFile treats a file with Windows line endings like one without", () => {
  const windows = (text: string) => text.replaceAll("\n", "\r\n");
  fc.assert(
    fc.property(fc.stringMatching(/^[abc \n]{0,30}$/), edits, (text, wanted) => {
      // Without a line break in it, a file has no endings to keep.
      fc.pre(text.includes("\n"));
      const plain = attempt(text, wanted);
      expect(attempt(windows(text), wanted)).toBe(plain === undefined ? undefined : windows(plain));
    }),
    { numRuns: 2000 },
  );
});

function attempt(text: string, wanted: { old_string: string; new_string: string }[]): string | undefined {
  try {
    return applyEdits(text, wanted);
  } catch (error) {
    if (error instanceof ToolFailure) return undefined;
    throw error;
  }
}

/** The same said differently: undefined unless each text is found at one offset only. */
function oneByOne(text: string, wanted: { old_string: string; new_string: string }[]): string | undefined {
  let now = text;
  for (const { old_string, new_string } of wanted) {
    const at = now.indexOf(old_string);
    const isUnique = old_string !== "" && at >= 0 && at === now.lastIndexOf(old_string);
    if (!isUnique || old_string === new_string) return undefined;
    now = now.slice(0, at) + new_string + now.slice(at + old_string.length);
  }
  return now;
}
