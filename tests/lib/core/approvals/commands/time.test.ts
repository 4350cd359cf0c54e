import { expect, test } from "vitest";
import { cpuMsOf } from "../../../../support/time/cpu-time.ts";
import { readCommandLine } from "../../../../../lib/core/approvals/commands/command-line.ts";
import type { PermissionRule } from "../../../../../lib/settings.ts";
import { deny, verdict } from "../verdict.ts";

const length = 98_000;
const fill = (piece: string) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const numbered = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join("");

const manyRules: PermissionRule[] = Array.from({ length: 200 }, (_, index) => ({
  tool: "bash",
  pattern: index % 3 === 0 ? `*do?${index}*x*` : `git command${index} *`,
  decision: (["deny", "allow", "ask"] as const)[index % 3] ?? "deny",
}));

// Commands at the limit of the tool, made to be slow. Before rules were compiled once, the first took 12 s.
test.each([
  ["short parts", fill("a;")],
  ["different parts", numbered(14_000, (index) => `a${index};`)],
  ["one part", fill("a ")],
  ["one word", fill("a")],
  ["wrappers in wrappers", fill("env ")],
  ["texts in texts", fill("sh -c ")],
  ["keywords", fill("if ")],
  ["tests", `${fill("if ").slice(0, length / 2)}${fill("[[ ").slice(0, length / 2)}`],
  ["substitutions in substitutions", fill("$(")],
  ["substitutions", fill("$(a) ")],
  ["backticks", fill("`a` ")],
  ["quotes", fill('"a" ')],
  ["quotes without an end", fill("'a' b' ")],
  ["escapes", fill("\\")],
  ["redirections", fill("> ")],
  ["here-documents without an end", fill("<<A ")],
  ["here-documents", numbered(8000, (index) => `<<A${index} `) + "\n" + fill("a\n").slice(0, 20_000)],
  ["comments", fill("#\n")],
  ["variables", fill("$a ")],
  ["stars", fill("*")],
  ["assignments", fill("a=b ")],
  ["aliases of git", fill("git -c alias.a=!b ")],
  ["one git with many aliases", `git ${fill("-c alias.a=a ")} a`],
  ["commands of find", `find ${fill("-exec a \\; ")}`],
  ["traps", `trap ${fill("'a' ")}`],
])("a command of %s is decided in linear time, with 200 rules", async (_name, command) => {
  const decide = () => verdict("bash", command, { settings: { permissions: manyRules } });
  expect(await cpuMsOf(decide)).toBeLessThan(500);
});

test("beyond 500 commands a person is asked, and what plainly matches a deny rule stays denied", () => {
  const long = `${"true;".repeat(600)}git push`;
  const short = `${"true;".repeat(400)}git push`;
  const settings = { permissions: [deny("bash git push*")] };
  expect(verdict("bash", long, { settings }).decision).toBe("ask");
  expect(verdict("bash", long).decision).toBe("ask");
  expect(verdict("bash", short, { settings }).decision).toBe("deny");
  expect(verdict("bash", `git push;${"true;".repeat(600)}`, { settings }).decision).toBe("deny");
  expect(verdict("bash", long, { settings: { permissions: [deny("bash *git push*")] } }).decision).toBe(
    "deny",
  );
  expect(verdict("bash", "true;".repeat(400)).decision).toBe("allow");
});

test("no more commands are read than the bound says", () => {
  expect(readCommandLine("true;".repeat(600)).commands.length).toBe(500);
  expect(readCommandLine("true;".repeat(600)).isTooLong).toBe(true);
  expect(readCommandLine("true;".repeat(400)).isTooLong).toBe(false);
});
