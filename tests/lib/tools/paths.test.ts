import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRoom, tool } from "./room.ts";

const refused: [string, string, RegExp][] = [
  ["a path that climbs out", "../secret.txt", /leads outside/],
  ["a path that climbs out later", "src/../../secret.txt", /leads outside/],
  ["an absolute path outside", "/etc/hostname", /leads outside/],
  ["a link to a file outside", "way-out.txt", /link|outside/],
  ["a path through a linked folder", "way-out/secret.txt", /link|outside/],
  ["the configuration of git", ".git/config", /may not use the \.git folder/],
  ["the same in other letters", ".GIT/config", /may not use the \.git folder/],
  ["a NUL character", "a\0b", /control characters/],
  ["a FIFO", "pipe", /special file/],
  ["a folder", "src", /is a folder/],
];

function prepared() {
  const room = openRoom();
  mkdirSync(join(room.root, "src"));
  writeFileSync(join(room.folder, "secret.txt"), "secret");
  symlinkSync(join(room.folder, "secret.txt"), join(room.root, "way-out.txt"));
  symlinkSync(room.folder, join(room.root, "way-out"));
  execFileSync("mkfifo", [join(room.root, "pipe")]);
  return room;
}

test.each(refused)("readFile, writeFile and editFile refuse %s", async (_, path, reason) => {
  const room = prepared();
  const before = entriesBelow(room.folder);
  const edits = [{ old_string: "secret", new_string: "x" }];
  const inputs = {
    readFile: { file_path: path },
    writeFile: { file_path: path, content: "x" },
    editFile: { file_path: path, edits },
  };
  for (const [name, input] of Object.entries(inputs)) {
    const output = await room.run(name, input);
    expect(output.success, name).toBe(false);
    expect(output.message, name).toMatch(reason);
    expect(JSON.stringify(output)).not.toContain('"content":"secret"');
    expect(typeof tool(name).subject(input, room.host)).toBe("string");
  }
  await expect(room.preview("writeFile", inputs.writeFile)).rejects.toThrow(reason);
  await expect(room.preview("editFile", inputs.editFile)).rejects.toThrow(reason);
  expect(readFileSync(join(room.folder, "secret.txt"), "utf8")).toBe("secret");
  expect(entriesBelow(room.folder)).toBe(before);
});

test.each(["../", "/etc", "way-out", ".git", "a\0b", "pipe/x", "nowhere"])(
  "glob, codeSearch and listFiles refuse %j",
  async (path) => {
    const room = prepared();
    const inputs = {
      glob: { pattern: "**", path },
      codeSearch: { pattern: ".", path },
      listFiles: { directory_path: path },
    };
    for (const [name, input] of Object.entries(inputs)) {
      const output = await room.run(name, input);
      expect(output, name).toMatchObject({ success: false });
      expect(JSON.stringify(output)).not.toContain("secret.txt");
    }
  },
);

test("a link inside the workspace and an absolute path to its inside are fine", async () => {
  const room = prepared();
  writeFileSync(join(room.root, "src/a.txt"), "alpha");
  symlinkSync("src", join(room.root, "short"));
  for (const path of ["short/a.txt", join(room.root, "src/a.txt"), "./src/../src/a.txt"]) {
    expect(await room.run("readFile", { file_path: path })).toMatchObject({
      success: true,
      content: "alpha",
    });
  }
});

test("the subject of a file tool is the path relative to the workspace, however it was written", () => {
  const room = openRoom();
  const subject = (file_path: string) => tool("readFile").subject({ file_path }, room.host);
  expect(subject(join(room.root, "src/a.ts"))).toBe("src/a.ts");
  expect(subject("./src//x/../a.ts")).toBe("src/a.ts");
  expect(subject("../a.ts")).toBe("../a.ts");
});

/** Without following links: one of them leads to a folder above. */
function entriesBelow(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.reduce(
    (count, entry) => count + 1 + (entry.isDirectory() ? entriesBelow(join(folder, entry.name)) : 0),
    0,
  );
}
