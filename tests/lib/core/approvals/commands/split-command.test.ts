import { expect, test } from "vitest";
import { splitCommand } from "../../../../../lib/core/approvals/commands/split-command.ts";

test.each([
  ["ls", ["ls"]],
  ["ls -l; pwd", ["ls -l", "pwd"]],
  ["a && b || c", ["a", "b", "c"]],
  ["a | b |& c", ["a", "b", "c"]],
  ["a & b", ["a", "b"]],
  ["a &", ["a"]],
  ["a\nb\n\nc", ["a", "b", "c"]],
  ["echo 'a; b' && c", ["echo 'a; b'", "c"]],
  ['echo "a && b" ; c', ['echo "a && b"', "c"]],
  ["echo a\\; b", ["echo a\\; b"]],
  ["echo 'it'\\''s; one'", ["echo 'it'\\''s; one'"]],
  ["make 2>&1 | tail", ["make 2>&1", "tail"]],
  ["make >/dev/null 2>/dev/null", ["make >/dev/null 2>/dev/null"]],
  ["make > /dev/null; x", ["make > /dev/null", "x"]],
  ["", []],
  [" ; ", []],
])("the command %j has the parts %j", (command, parts) => {
  expect(splitCommand(command)).toEqual({ parts, isOpaque: false });
});

test.each([
  "echo $(rm -rf x)",
  "echo `rm -rf x`",
  'echo "$(rm x)"',
  "echo $HOME",
  "ls > file",
  "ls >> file",
  "ls>file",
  "ls 2>file",
  "ls &> file",
  "ls >& file",
  "ls > /dev/null/x",
  "ls >/dev/nullx",
  "cat < file",
  "cat <<END\nx\nEND",
  "diff <(a) <(b)",
  "(cd x && rm y)",
  "{ rm x; }",
  "echo {a,b}",
  "echo 'unfinished",
  'echo "unfinished',
  "f() { rm x; }; f",
])("the text of %j does not tell all it does", (command) => {
  expect(splitCommand(command).isOpaque).toBe(true);
});

test.each([
  "echo '$(rm x)'",
  "echo '`rm x`'",
  "echo \\$HOME",
  "echo '> file'",
  "grep '(a|b)' f",
  "echo \\`x\\`",
])("the text of %j tells all it does", (command) => {
  expect(splitCommand(command)).toEqual({ parts: [command], isOpaque: false });
});
