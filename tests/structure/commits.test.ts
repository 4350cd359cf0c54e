import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "./repository.ts";

const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

test("commits since CONTRIBUTING.md have a subject of at most 72 characters, and a blank line after it", () => {
  // In a shallow clone its oldest commit added every file; what is older than that is not looked at.
  const added = git("log", "--diff-filter=A", "--format=%H", "--", "CONTRIBUTING.md").split("\n").at(-1);
  if (added === undefined || added === "") return; // Not committed yet.
  const log = git("log", "--no-merges", "--format=%h %B%x00", `${added}..HEAD`);
  const messages = log.split("\0").map((message) => message.trim());
  const wrong = messages.filter((message) => {
    const [first = "", second = ""] = message.split("\n");
    return first.replace(/^\w+ /, "").length > 72 || second !== "";
  });
  expect(wrong.map((message) => message.split("\n", 1)[0])).toEqual([]);
});
