import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { rememberedFamily } from "../../../../lib/platform/sandbox/limits/family.ts";
import { listProcesses, readProcesses } from "../../../../lib/platform/sandbox/limits/process-tree.ts";
import { until } from "../../../support/until.ts";

const hasPs = spawnSync("ps", ["-p", "1"]).status === 0;

test.runIf(hasPs)("ps tells the same about a process as the system does", async () => {
  const pid = await startSleeper();
  const listed = listProcesses().find((each) => each.pid === pid);
  expect(listed?.parent).toBe(process.pid);
  expect(listed?.residentBytes).toBeGreaterThan(64 * 1024);
  expect(listed?.started).toMatch(/^\w{3} \w{3} +\d+ [\d:]{8} \d{4}$/);
  expect(readProcesses().find((each) => each.pid === pid)?.parent).toBe(process.pid);
});

test("a process that lost its parent after a look still belongs to the family", async () => {
  const { family, orphan, loseParent } = await startFamily();
  expect(family.look().map(({ pid }) => pid)).toContain(orphan);
  await loseParent();
  family.kill();
  await until("the orphan ends", () => !isThere(orphan));
});

test("a process that lost its parent before any look is not taken for a relative", async () => {
  const { family, orphan, loseParent } = await startFamily();
  await loseParent();
  family.kill();
  expect(isThere(orphan)).toBe(true);
});

/** A shell with a child in a process group of its own. */
async function startFamily() {
  const shell = spawn("/bin/sh", ["-c", `perl -e 'setpgrp(0, 0); $| = 1; print "$$\\n"; sleep 600' & wait`], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(shell.stdout.setEncoding("utf8"), "data")) as [string];
  const orphan = Number(line);
  onTestFinished(() => endIfThere(orphan));
  const loseParent = async () => {
    shell.kill("SIGKILL");
    await once(shell, "exit");
  };
  return { family: rememberedFamily(shell.pid ?? 0), orphan, loseParent };
}

async function startSleeper(): Promise<number> {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return child.pid ?? 0;
}

function isThere(pid: number): boolean {
  return readProcesses().some((each) => each.pid === pid);
}

function endIfThere(pid: number): void {
  if (isThere(pid)) process.kill(pid, "SIGKILL");
}
