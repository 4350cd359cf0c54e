import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./repository.ts";

/** Of the server, without its stores and the file system. */
const filesMax = 65;

test(`one message passes at most ${filesMax} files on its way to the first token`, () => {
  const program = join(root, "scripts/structure/message-path.ts");
  const said = execFileSync(process.execPath, [program], { encoding: "utf8" });
  const count = Number(/^(\d+) files, and/m.exec(said)?.[1]);
  expect(count, "the program says how many files there were").toBeGreaterThan(10);
  expect(count, `join what only passes on:\n${said}`).toBeLessThanOrEqual(filesMax);
});
