import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { simpleGit } from "simple-git";
import { expect, onTestFinished, test } from "vitest";
import { type AskLimits, createAskGit } from "../../../../lib/platform/git/ask-git.ts";
import { processesEnd, processesWith } from "../../../support/server/processes.ts";
import { until } from "../../../support/until.ts";
import { forever, git, openTestProcesses, temporaryFolder } from "../place.ts";

/** A program in place of git, asked for a log. */
function askProgram(script: string, limits: AskLimits = {}) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/git"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "bin/git"), 0o755);
  const ask = createAskGit(openTestProcesses({ programPaths: [join(folder, "bin")] }));
  return ask((asked) => asked.raw(["log"]), { cwd: folder, home: folder, env: {}, ...limits });
}

test("git may read its standard input to the end", async () => {
  const { value, isCut } = await askProgram("cat > read; echo done");
  expect([value, isCut]).toEqual(["done\n", false]);
});

test("git sees of the environment only what it was given, and the mark", async () => {
  process.env["CANARY_OF_ASK_GIT"] = "1";
  onTestFinished(() => void delete process.env["CANARY_OF_ASK_GIT"]);
  const { value } = await askProgram("env");
  expect(value).toMatch(/^TALKCODY_COMMAND=.+\/ungrouped$/m);
  expect(value).not.toMatch(/CANARY|^(EDITOR|PAGER|GIT_SSH.*|GIT_CONFIG_GLOBAL)=/m);
});

test("what is written over the limit ends git, and what came before is kept", async () => {
  const mark = `limit-${process.pid}`;
  const { stdout, isCut } = await askProgram(`exec yes ${mark}`, { stdoutBytesMax: 100_000 });
  expect(isCut).toBe(true);
  expect(stdout.length).toBeGreaterThan(100_000);
  expect(stdout.toString()).toMatch(new RegExp(`^(${mark}\n)+`));
  await processesEnd(`yes ${mark}`);
});

test("a status over the limit is cut and read all the same", async () => {
  const folder = temporaryFolder();
  git(folder, "init");
  for (let count = 0; count < 300; count++) writeFileSync(join(folder, `${"long-".repeat(40)}${count}`), "");
  const ask = createAskGit(openTestProcesses());
  const place = { cwd: folder, home: folder, env: {}, stdoutBytesMax: 1000 };
  const { value, isCut } = await ask((asked) => asked.status(), place);
  expect([value.current, isCut]).toEqual(["main", true]);
  expect((await ask((asked) => asked.status(), { ...place, stdoutBytesMax: 100_000 })).isCut).toBe(false);
});

test("a limit that is not reached cuts nothing", async () => {
  const { stdout, isCut } = await askProgram("echo short", { stdoutBytesMax: 6 });
  expect([stdout.toString(), isCut]).toEqual(["short\n", false]);
});

test.each([
  ["that ends politely", (mark: string) => `exec sleep ${mark}`],
  [
    "that ignores signals, with a child",
    (mark: string) => `trap '' INT TERM; sleep ${mark}1; sleep ${mark}2`,
  ],
  ["with a daemon", (mark: string) => `setsid sleep ${mark}1 & exec sleep ${mark}2`],
])("nothing is left of a git %s when its caller gave up", async (_what, script) => {
  const mark = `957.${process.pid}`;
  const stop = new AbortController();
  const asked = askProgram(script(mark), { signal: stop.signal });
  const ended = asked.catch((error: unknown) => error);
  await until("it runs", () => processesWith(`sleep ${mark}`).length > 0);
  stop.abort(new Error("The caller gave up."));
  expect(await ended).toBeInstanceOf(Error);
  await processesEnd(`sleep ${mark}`);
});

test("nothing is left of a git that took too long", async () => {
  const mark = `958.${process.pid}`;
  await expect(askProgram(`trap '' INT; sleep ${mark}; sleep ${mark}`, { timeoutMs: 200 })).rejects.toThrow(
    /did not end within 200 ms|abort/i,
  );
  await processesEnd(`sleep ${mark}`);
});

test("a caller that has given up already starts nothing", async () => {
  await expect(askProgram("echo started", { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Error);
  expect((await askProgram("echo started", { signal: forever })).value).toBe("started\n");
});

test("simple-git still refuses what it calls unsafe", async () => {
  const folder = temporaryFolder();
  git(folder, "init");
  const ask = createAskGit(openTestProcesses());
  const place = { cwd: folder, home: folder, env: {} };
  const poison = join(folder, "poisoned");
  await expect(
    ask((asked) => asked.raw(["-c", `core.fsmonitor=touch ${poison}`, "status"]), place),
  ).rejects.toThrow(/not permitted/);
  await expect(
    ask((asked) => asked.status(), { ...place, env: { GIT_EXTERNAL_DIFF: `touch ${poison}` } }),
  ).rejects.toThrow(/not permitted/);
  expect(existsSync(poison)).toBe(false);
  expect((await ask((asked) => asked.status(), place)).value.isClean()).toBe(true);
});

test("simple-git trims names, which is why the changes of a status are read by ourselves", async () => {
  const folder = temporaryFolder();
  git(folder, "init");
  for (const name of [" ", " a", "Icon\r"]) writeFileSync(join(folder, name), "");
  const { files } = await simpleGit(folder).status();
  expect(files.map(({ path }) => path)).toEqual([" a", "Icon"]);
});
