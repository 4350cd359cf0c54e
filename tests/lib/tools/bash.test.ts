import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quietExit } from "../../../lib/tools/command/quiet-exit.ts";
import { openRoom, tool } from "./room.ts";

test("bash runs in the root of the workspace and gives code, output and error", async () => {
  const { run, host } = openRoom();
  const output = await run("bash", { command: "pwd; echo oops >&2" });
  expect(output).toMatchObject({
    success: true,
    message: "Command executed successfully",
    command: "pwd; echo oops >&2",
    exit_code: 0,
    output: `${host.workingFolder}\n`,
    error: "oops\n",
    timed_out: false,
    outputTruncated: false,
    isBackground: false,
  });
  expect(output).not.toHaveProperty("outputFilePath");
});

test("bash says that a command failed, and with what", async () => {
  const output = await openRoom().run("bash", { command: "echo before; exit 3" });
  expect(output).toMatchObject({
    success: false,
    message: "Command failed with exit code 3",
    exit_code: 3,
    output: "before\n",
  });
});

test("bash ends a command that takes too long and says so, with what it wrote until then", async () => {
  const { run, root } = openRoom();
  const command = "echo first; sleep 600; touch late";
  // A busy machine may not come to the first word in so short a time.
  for (let timeoutMs = 500; ; timeoutMs *= 2) {
    const output = await run("bash", { command }, { timeoutMs });
    expect(output).toMatchObject({ success: false, timed_out: true, exit_code: null });
    expect(output.message).toContain(`Command timed out after ${timeoutMs / 1000} s and was ended`);
    expect(existsSync(join(root, "late"))).toBe(false);
    if (output["output"] === "first\n") break;
    expect(output).toMatchObject({ output: "" });
  }
});

test("bash ends a command that is cancelled and says so", async () => {
  const cancel = new AbortController();
  const output = await openRoom().run(
    "bash",
    { command: "echo begun; sleep 30" },
    { signal: cancel.signal, onOutput: () => cancel.abort() },
  );
  expect(output).toMatchObject({ success: false, timed_out: false, output: "begun\n" });
  expect(output.message).toMatch(/^Command was cancelled/);
});

test("bash refuses to run in the background, and runs nothing", async () => {
  const { run, root } = openRoom();
  const output = await run("bash", { command: "touch made", runInBackground: true });
  expect(output).toMatchObject({ success: false, isBackground: false });
  expect(output.message).toMatch(/not run: background commands are not available.*timeout 30/);
  expect(existsSync(join(root, "made"))).toBe(false);
  expect(await run("bash", { command: "touch made", runInBackground: false })).toMatchObject({
    success: true,
  });
  expect(existsSync(join(root, "made"))).toBe(true);
});

test("bash shows the last 10,000 characters, how many are missing, and a file that readFile opens", async () => {
  const { run } = openRoom();
  const output = await run("bash", { command: "seq 1 20000; echo err >&2" });
  const [head, ...rest] = String(output["output"]).split("\n");
  expect(head).toBe(
    "... (98894 characters truncated; the full output is in .talkcody/output/tsk_1/call_1.stdout.log)",
  );
  expect(rest.join("\n")).toHaveLength(10_000);
  expect(String(output["output"]).endsWith("19999\n20000\n")).toBe(true);
  expect(output).toMatchObject({ outputTruncated: true, errorTruncated: false, error: "err\n" });
  expect(output).not.toHaveProperty("errorFilePath");
  const file = await run("readFile", { file_path: String(output["outputFilePath"]) });
  expect(file).toMatchObject({ success: true, total_lines: 20_000 });
});

test("bash shows 10,000 characters whole", async () => {
  const output = await openRoom().run("bash", { command: "head -c 10000 /dev/zero | tr '\\0' x" });
  expect(output).toMatchObject({ outputTruncated: false, output: "x".repeat(10_000) });
});

test("bash says about how much is missing of more than is kept in memory", async () => {
  const output = await openRoom().run("bash", { command: "head -c 3000000 /dev/zero | tr '\\0' x" });
  expect(String(output["output"])).toMatch(/^\.\.\. \(about 2\.9 MiB truncated; the full output is in /);
});

test("bash does not say that the file holds all of what was more than it keeps", async () => {
  const output = await openRoom().run("bash", { command: "yes" });
  expect(output).toMatchObject({ success: false, outputTruncated: true });
  expect(String(output["output"])).toMatch(/^\.\.\. \(about [\d.]+ MiB truncated; what was kept is in /);
});

const forTerminals = {
  colours: ["\\033[32mPASS\\033[0m\\n", "PASS\n"],
  "line ends of Windows": ["one\\r\\ntwo\\r\\n", "one\ntwo\n"],
  "a progress bar": ["10%%\\r20%%\\r\\n", "10%\n20%\n"],
  bells: ["done\\a\\n", "done\n"],
  "a title": ["\\033]0;build\\007ok\\n", "ok\n"],
  "a link": ["\\033]8;;http://x\\033\\\\link\\n", "link\n"],
  backspaces: ["ab\\b\\b\\n", "ab\n"],
  "NUL characters": ["a\\0b\\n", "ab\n"],
  "bytes that are no text": ["\\377\\n", "\ufffd\n"],
  "a character that is written out": ["a\\342\\200\\256b\\n", "a<U+202E>b\n"],
};

test.each(Object.entries(forTerminals))(
  "nothing counts as missing because of %s",
  async (_, [written, shown]) => {
    const output = await openRoom().run("bash", { command: `printf '${written}'; printf '${written}' >&2` });
    expect(output).toMatchObject({
      output: shown,
      error: shown,
      outputTruncated: false,
      errorTruncated: false,
    });
    expect(output).not.toHaveProperty("outputFilePath");
    expect(output).not.toHaveProperty("errorFilePath");
  },
);

test.each([
  [10_000, false],
  [10_001, true],
])("of %i coloured characters and more than as many bytes, truncated is %s", async (count, isTruncated) => {
  const command = `for number in $(seq ${count}); do printf '\\033[32mx\\033[0m'; done`;
  const output = await openRoom().run("bash", { command });
  expect(output).toMatchObject({ outputTruncated: isTruncated, errorTruncated: false });
  const note = isTruncated ? /^\.\.\. \(1 character truncated; .*\)\nx{10000}$/ : /^x{10000}$/;
  expect(output["output"]).toMatch(note);
});

test("the log of a call stays in its folder, whatever its id says", async () => {
  const { run, root } = openRoom();
  const command = "seq 1 5000";
  const output = await run("bash", { command }, { toolCallId: "../../../out", taskId: "../.." });
  const path = String(output["outputFilePath"]);
  expect(path).toMatch(/^\.talkcody\/output\/[^./]+\/[^./]+\.stdout\.log$/);
  expect(readFileSync(join(root, path), "utf8").startsWith("1\n2\n")).toBe(true);
});

test("the log is kept out of what git sees", async () => {
  const { run } = openRoom();
  await run("bash", { command: "seq 1 5000" });
  expect((await run("listFiles", { directory_path: "." }))["result"]).toBe("");
});

test("bash takes the answer no of grep for an answer, and its failure for a failure", async () => {
  const { run } = openRoom();
  expect(await run("bash", { command: "echo a | grep b" })).toMatchObject({
    success: true,
    exit_code: 1,
    message: "Command executed successfully; exit code 1 means that nothing matched",
  });
  expect(await run("bash", { command: "grep a missing" })).toMatchObject({ success: false, exit_code: 2 });
  expect(await run("bash", { command: "false" })).toMatchObject({
    success: false,
    message: "Command failed with exit code 1",
  });
});

test.each([
  ["grep -r x .", "", "nothing matched"],
  ["cd src && rg x | sort | grep y", "", "nothing matched"],
  ["echo 'a; b' | grep -q \"c | d\"", "", "nothing matched"],
  ["diff a b", "", "the files differ"],
  ["git diff --exit-code", "", "there are differences"],
  ["[ -f x ]", "", "the condition is false"],
  ["test -f x", "", "the condition is false"],
  ["cd nowhere && grep x y", "cd: nowhere: No such file", undefined],
  ["grep x y; npm test", "", undefined],
  ["npm test", "", undefined],
  ["git push", "", undefined],
  ["echo 'grep x'", "", undefined],
  ["greplike x", "", undefined],
])("exit code 1 of %s means: %s%s", (command, stderr, meaning) => {
  expect(quietExit(command, stderr)).toBe(meaning);
});

test("bash refuses a blank command and one with a NUL character", async () => {
  const { run } = openRoom();
  expect((await run("bash", { command: " \n" })).message).toContain("blank");
  expect((await run("bash", { command: "echo a\0b" })).message).toContain("NUL");
});

test("the subject of bash is the command as it stands", () => {
  expect(tool("bash").subject({ command: " git  push " }, openRoom().host)).toBe(" git  push ");
});
