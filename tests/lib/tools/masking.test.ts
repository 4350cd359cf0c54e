import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { madeUp, plantedPrivateKey } from "../../support/planted-keys.ts";
import { openRoom } from "./room.ts";

const token = "npm" + `_${madeUp(5, 36)}`;
const marker = "[masked: npm token]";

function roomWith(content: string) {
  const room = openRoom();
  const path = join(room.root, "a.txt");
  writeFileSync(path, content);
  const edit = (old_string: string, new_string: string) => ({
    file_path: "a.txt",
    edits: [{ old_string, new_string }],
  });
  return { ...room, edit, now: () => readFileSync(path, "utf8") };
}

test("editFile changes what stands beside a secret and keeps the secret", async () => {
  const { edit, now, run } = roomWith(`token=${token}\ncolour=red\n`);
  expect(await run("editFile", edit("colour=red", "colour=blue"))).toMatchObject({ success: true });
  expect(now()).toBe(`token=${token}\ncolour=blue\n`);
});

test.each([
  ["in what it looks for", marker, "none"],
  ["in what it writes", "colour=red", `other=${marker}`],
])("editFile refuses a marker %s, before anybody is asked", async (_, old, text) => {
  const { edit, now, run, preview } = roomWith(`token=${token}\ncolour=red\n`);
  const input = edit(old, text);
  expect(await run("editFile", input)).toMatchObject({
    success: false,
    message: expect.stringContaining(`Nothing was changed: the text contains ${marker}.`),
  });
  await expect(preview("editFile", input)).rejects.toThrow(marker);
  expect(now()).toBe(`token=${token}\ncolour=red\n`);
});

test("a file that is about markers can be edited", async () => {
  const { edit, now, run } = roomWith(`A ${marker} is a marker.\n`);
  expect(await run("editFile", edit("is a marker", `is ${marker}`))).toMatchObject({ success: true });
  const input = { file_path: "a.txt", content: `Only ${marker}.\n` };
  expect(await run("writeFile", input)).toMatchObject({ success: true });
  expect(now()).toBe(`Only ${marker}.\n`);
});

test("writeFile refuses a marker where the file has none, also in a new file", async () => {
  const { now, run } = roomWith(`token=${token}\n`);
  for (const file_path of ["a.txt", "new.txt"]) {
    const output = await run("writeFile", { file_path, content: `token=${marker}\n` });
    expect(output).toMatchObject({ success: false, message: expect.stringContaining(marker) });
  }
  expect(now()).toBe(`token=${token}\n`);
});

test("bash refuses a command with a marker, and runs one with brackets", async () => {
  const { run } = roomWith("");
  expect(await run("bash", { command: `echo '${marker}' > a.txt` })).toMatchObject({
    success: false,
    message: expect.stringContaining("The command was not run"),
  });
  const output = await run("bash", { command: "echo '[masked]' '[masked: ]'" });
  expect(output).toMatchObject({ success: true, output: "[masked] [masked: ]\n" });
});

test("readFile masks a part of a private key, and lines keep their numbers", async () => {
  const { pem, middle } = plantedPrivateKey();
  const { run } = roomWith(`${"x\n".repeat(200)}${pem}last\n`);
  const output = await run("readFile", { file_path: "a.txt", start_line: 203 });
  expect(output["content"]).not.toContain(middle);
  expect(output["content"]).toMatch(/^(\[masked: private key\]\n)+last\n$/);
  expect(output["total_lines"]).toBe(200 + pem.split("\n").length);
});

test("codeSearch masks a line before it cuts it", async () => {
  const { run } = roomWith(`${"a".repeat(60)} found ${"b".repeat(100)} ${token} ${"c".repeat(200)}\n`);
  const output = await run("codeSearch", { pattern: "found", path: "." });
  expect(output["result"]).toContain("found");
  expect(output["result"]).not.toContain(token.slice(0, 8));
});

test("bash gives what it masked to people, to the model and to the log", async () => {
  const { root, run } = roomWith(`token=${token}\n`);
  const live: string[] = [];
  const onOutput = (_: string, text: string) => live.push(text);
  const output = await run(
    "bash",
    { command: "cat a.txt; sed 's/./&\\x1b[0m/8' a.txt; cat a.txt >&2" },
    { onOutput },
  );
  const expected = /(token=\[masked: npm token\]\n){2}$/; // The second has an escape sequence inside.
  expect(output).toMatchObject({ output: expect.stringMatching(expected), error: `token=${marker}\n` });
  expect(live.join("")).not.toContain(token);
  const log = readFileSync(join(root, ".talkcody/output/tsk_1/call_1.stderr.log"), "utf8");
  expect(log).toBe(`token=${marker}\n`);
});
