import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { processesEnd, processesWith } from "../../support/server/processes.ts";
import { until } from "../../support/until.ts";
import { foreverMs, serveRepositories } from "./git-server.ts";
import { startRun, reap } from "./left-over.ts";
import { environment, git, temporaryFolder } from "./place.ts";

const both = ["auto", "off"] as const;
const running = (count: number, text: string) =>
  until(`${count} run: ${text}`, () => processesWith(text).filter(isWhatWasAsked).length >= count);
/** Not a shell or a wrapper that has the command in its arguments. */
const isWhatWasAsked = (pid: number) => !/^(ba)?sh$|^setpriv$|^unshare$/.test(nameOf(pid));

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "sh"; // It had ended.
  }
}
const recordsIn = (dataDir: string) => readdirSync(join(dataDir, "processes"));

const commands: [what: string, command: (mark: string) => string, count: number][] = [
  ["a command", (mark) => `sleep ${mark}`, 1],
  ["a pipeline", (mark) => `sleep ${mark}1 | sleep ${mark}2 | cat`, 2],
  ["a daemon in a session of its own", (mark) => `setsid sleep ${mark}1 & exec sleep ${mark}2`, 2],
  ["a child that cleared its environment", (mark) => `env -i sleep ${mark}1; true`, 1],
  [
    "one that ignores every polite signal",
    (mark) => `trap '' TERM HUP INT; sleep ${mark}1; sleep ${mark}2`,
    1,
  ],
];

test.each(both.flatMap((isolation) => commands.map((row) => [isolation, ...row] as const)))(
  "isolation %s: nothing is left of %s when the next run has reaped",
  async (isolation, _what, command, count) => {
    const mark = `${isolation === "auto" ? 96 : 95}1.${process.pid}`;
    const { dataDir, kill } = startRun(`await run(${JSON.stringify(command(mark))});`, { mode: isolation });
    await running(count, `sleep ${mark}`);
    await kill();
    await reap(dataDir);
    expect(processesWith(`sleep ${mark}`)).toEqual([]);
    expect(recordsIn(dataDir)).toEqual([]);
  },
);

test("a group that is on no record, as on a full disk, is found by the mark of one of it, and goes whole", async () => {
  const mark = `954.${process.pid}`;
  const { dataDir, kill } = startRun(`await run("env -i sleep ${mark}; true");`, { mode: "off" });
  await running(1, `sleep ${mark}`);
  await kill();
  const [run = ""] = recordsIn(dataDir);
  const record = join(dataDir, "processes", run);
  writeFileSync(record, `${readFileSync(record, "utf8").split("\n")[0]}\n`);
  await reap(dataDir);
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
});

test("what a package started for the server is reaped alone: its group may hold programs of others", async () => {
  const mark = `959.${process.pid}`;
  const group = `$MARKED sleep ${mark}1 & sleep ${mark}2`;
  const { dataDir, kill } = startRun(
    `const [[name, value]] = Object.entries(processes.lendMark().env);
     (await import("node:child_process")).spawn("sh", ["-c", ${JSON.stringify(group)}],
       { detached: true, stdio: "ignore", env: { ...process.env, MARKED: "env " + name + "=" + value } });`,
  );
  await running(2, `sleep ${mark}`);
  const others = processesWith(`sleep ${mark}2`).filter(isWhatWasAsked);
  onTestFinished(() => others.forEach((pid) => process.kill(pid, "SIGKILL")));
  await kill();
  await reap(dataDir);
  expect(processesWith(`sleep ${mark}1`).filter(isWhatWasAsked)).toEqual([]);
  expect(processesWith(`sleep ${mark}2`).filter(isWhatWasAsked)).toEqual(others);
  expect(recordsIn(dataDir)).toEqual([]);
});

test("without reaping a command outlives a server that does not isolate, so the tests above can fail", async () => {
  const mark = `952.${process.pid}`;
  const { dataDir, kill } = startRun(`await run("sleep ${mark}");`, { mode: "off" });
  await running(1, `sleep ${mark}`);
  await kill();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(processesWith(`sleep ${mark}`)).not.toEqual([]);
  await reap(dataDir);
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
});

test.each(both)(
  "killed the moment a command was started, before any wrapper is at work: it is reaped (%s)",
  async (isolation) => {
    const mark = `953.${process.pid}${isolation}`;
    const command = `sleep 30; : ${mark}`;
    for (let round = 0; round < 5; round++) {
      const { dataDir, child } = startRun(
        `globalThis.killAt = "command.started"; await run(${JSON.stringify(command)});`,
        {
          mode: isolation,
        },
      );
      await until("it struck itself", () => child.signalCode === "SIGKILL");
      await reap(dataDir);
      expect(processesWith(mark)).toEqual([]);
    }
  },
);

test("a clone from a slow host is reaped with the helpers of git", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "repos/origin"), { recursive: true });
  git(join(folder, "repos/origin"), "init");
  const url = await serveRepositories(join(folder, "repos"), foreverMs);
  const { dataDir, kill } = startRun(
    `await git.clone({ workspaceId: "wsp_clone", repository: "${url}/origin/.git", branch: null, signal: forever, onProgress: () => {} });`,
  );
  await running(1, `remote-http origin ${url}`);
  await kill();
  await reap(dataDir);
  expect(processesWith(url)).toEqual([]);
});

test("a search is reaped", async () => {
  const pattern = `never-there-${process.pid}`;
  const dataDir = temporaryFolder();
  const work = `for (;;) await host.search.grep({ pattern: "(some|line| )*${pattern}", path: ".", fileTypes: [], filesMax: 9, matchesPerFileMax: 9, signal: forever });`;
  const { kill, root } = startRun(work, { dataDir });
  writeFileSync(join(root, "long.txt"), "some line\n".repeat(1_000_000));
  await running(1, pattern);
  await until("one is held in the middle of its work", () => processesWith(pattern).some(isStopped));
  await kill();
  expect(processesWith(pattern)).not.toEqual([]);
  await reap(dataDir);
  expect(processesWith(pattern)).toEqual([]);
});

/** Stops it; true when that held. */
function isStopped(pid: number): boolean {
  try {
    process.kill(pid, "SIGSTOP");
    return readFileSync(`/proc/${pid}/stat`, "latin1").includes(") T ");
  } catch {
    return false; // It had ended.
  }
}

test("a server leaves the programs of another data folder alone, and those of a folder it is a copy of", async () => {
  const mark = `954.${process.pid}`;
  const mine = startRun(`await run("sleep ${mark}1");`, { mode: "off" });
  const other = startRun(`await run("(setsid sleep ${mark}2 &); sleep ${mark}3");`, { mode: "off" });
  await running(3, `sleep ${mark}`);
  const copy = join(temporaryFolder(), "copy");
  cpSync(other.dataDir, copy, { recursive: true });
  expect(recordsIn(copy)).toHaveLength(1);
  await reap(copy);
  await mine.kill();
  await reap(mine.dataDir);
  expect(processesWith(`sleep ${mark}1`)).toEqual([]);
  expect(processesWith(`sleep ${mark}2`)).not.toEqual([]);
  expect(processesWith(`sleep ${mark}3`)).not.toEqual([]);
  expect(other.child.signalCode).toBeNull();
});

test("a pid that is another process by now is not touched, and neither is one of another boot", async () => {
  const { dataDir, kill } = startRun(`await run("sleep 955.${process.pid}");`, { mode: "off" });
  await running(1, `sleep 955.${process.pid}`);
  await kill();
  const [run = ""] = recordsIn(dataDir);
  const path = join(dataDir, "processes", run);
  const record = readFileSync(path, "utf8");
  const innocent = spawn("sleep", ["60"], { detached: true, stdio: "ignore", env: environment });
  onTestFinished(() => void innocent.kill("SIGKILL"));
  const [, pid, start] = /^(\d+) (\d+)/m.exec(record.split("\n").slice(1).join("\n")) ?? [];
  writeFileSync(path, record.replace(`${pid} ${start}`, `${innocent.pid} ${start}`));
  await reap(dataDir);
  expect([innocent.exitCode, innocent.signalCode]).toEqual([null, null]);
  expect(processesWith(`sleep 955.${process.pid}`), "known by its mark all the same").toEqual([]);

  const startOfInnocent = readFileSync(`/proc/${innocent.pid}/stat`, "latin1").split(") ")[1]?.split(" ")[19];
  const entry = `${innocent.pid} ${startOfInnocent}`;
  const lines = record.split("\n");
  writeFileSync(path, [lines[0]?.replace(/^\S+/, "another-boot"), entry, ""].join("\n"));
  await reap(dataDir);
  expect(innocent.signalCode).toBeNull();
  writeFileSync(path, [lines[0], entry, ""].join("\n"));
  await reap(dataDir);
  await until("the same entry of this boot ends it", () => innocent.signalCode === "SIGKILL");
});

test("what is over is off the record, and a clean end leaves no record", async () => {
  const { dataDir, child } = startRun(
    `await run("true"); await Promise.all([run("true"), run("true")]); clearInterval(stay); 
     process.once("SIGTERM", () => { processes.close(); process.exit(0); }); setInterval(() => {}, 1000);
     (await import("node:fs")).writeFileSync(dataDir + "/ready", "");`,
    { mode: "off" },
  );
  await until("the commands are over", () => existsSync(join(dataDir, "ready")));
  const [run = ""] = recordsIn(dataDir);
  const [, ...lines] = readFileSync(join(dataDir, "processes", run), "utf8").split("\n");
  expect(lines.map((line) => line.trim()).filter((line) => line !== "")).toEqual([]);
  expect(lines.length, "one line for each that ran at once").toBeLessThanOrEqual(3);
  child.kill("SIGTERM");
  await until("it ended", () => child.exitCode === 0);
  expect(recordsIn(dataDir)).toEqual([]);
});

test("an exit that nobody planned ends the groups at once", async () => {
  const mark = `956.${process.pid}`;
  const { child } = startRun(`process.once("SIGUSR2", () => process.exit(130)); run("sleep ${mark}");`, {
    mode: "off",
  });
  await running(1, `sleep ${mark}`);
  child.kill("SIGUSR2");
  await until("it ended", () => child.exitCode === 130);
  await processesEnd(`sleep ${mark}`);
  expect(child.exitCode).toBe(130);
});
