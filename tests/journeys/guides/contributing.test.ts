import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../lib/config/config.ts";
import { blocksOf } from "../../support/guides/blocks.ts";
import { cleanEnvironment } from "../../support/guides/checkout.ts";
import { runWithStandIns } from "../../support/guides/stand-ins.ts";
import { root } from "../../support/server/server-process.ts";
import { until } from "../../support/until.ts";

const [single, inspected, started, gate] = blocksOf("CONTRIBUTING.md", "sh").map(({ text }) =>
  text.trim().split("\n"),
);

/** A line of the page in a process group of its own, which ends with the test. */
function start(line: string) {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-contributing-"));
  const PATH = [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const env = { ...cleanEnvironment(), PATH, NO_COLOR: "1", TALKCODY_DATA_DIR: join(folder, "data") };
  const child = spawn("bash", ["--norc", "-euc", line], { cwd: root, env, detached: true, stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return { ended, said: () => said };
}

test("one file, and one test of it, are run as the page says", async () => {
  const [file, one] = single?.map(start) ?? [];
  expect([await file?.ended, file?.said()]).toEqual([0, expect.stringMatching(/Tests +\d+ passed \(\d+\)/)]);
  expect([await one?.ended, one?.said()]).toEqual([
    0,
    expect.stringMatching(/Tests +1 passed \| \d+ skipped/),
  ]);
});

test.each(inspected ?? [])("%s waits for an inspector", async (line) => {
  const freePort = line.replace(/--inspect(-brk)?/, "--inspect$1=0"); // Two checkouts may be tested at once.
  const program = start(freePort);
  const where = () => /Debugger listening on ws:\/\/\S+/.exec(program.said())?.[0];
  const attachable = await until("it says where to attach", where, {
    seen: program.said,
  });
  expect(attachable).toContain("127.0.0.1");
});

test("the variables for debugging are ones that the server takes", async () => {
  const programs = { npm: () => `${JSON.stringify(process.env)}\n` };
  const { exit, out } = await runWithStandIns(started?.join("\n") ?? "", { programs });
  expect(exit).toBe(0);
  const [loud, failing] = out
    .trim()
    .split("\n")
    .map((line) => loadConfig(JSON.parse(line) as Record<string, string>));
  expect(loud?.logLevel).toBe("debug");
  expect(failing?.failpoint).toBeDefined();
});

test("the page explains each step of the gate, under its own name", async () => {
  const { calls } = await runWithStandIns(gate?.join("\n") ?? "", { programs: { npm: "" } });
  expect(calls).toEqual([
    ["npm", "run", "check"],
    ["npm", "run", "check", "--", "--without", "tests"],
  ]);
  const script = readFileSync(join(root, "scripts/check.ts"), "utf8");
  const steps = [...script.matchAll(/name: "([^"]+)"/g)].map(([, name]) => name);
  const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const explained = [...page.matchAll(/^\| ([a-z][^|]*?) +\| .*\| .*\|$/gm)].map(([, name]) => name);
  expect(explained.filter((name) => name !== "step")).toEqual(steps);
});
