import { statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { beforeEach, expect, test } from "vitest";
import { expectDefused } from "../stage/bomb.ts";
import { openPlace } from "../stage/place.ts";
import { startProber } from "../stage/prober.ts";
import { sandboxOf } from "../stage/server.ts";
import { useTrial } from "../stage/use-trial.ts";

// A33. Each bomb is finite, so that it does not take this machine with it where a limit is missing.
const trial = useTrial();
const mark = `bomb-${process.pid}`;

beforeEach(async () => {
  const report = await sandboxOf(trial.server);
  if (report?.state !== "on") throw new Error("No sandbox is on, and bombs go off only in one.");
});

test("600 processes end at the limit of processes", async () => {
  const command = `for i in $(seq 600); do (exec -a ${mark} sleep 30) & done; wait`;
  await expectDefused(trial.server, { command, mark, limits: ["processes"] });
});

test("a fork bomb ends at the limit of processes", async () => {
  await expectDefused(trial.server, {
    command: ":(){ :|:& };: ; sleep 20; wait",
    mark,
    limits: ["processes"],
  });
});

test("while one workspace is full of processes, a command of another runs", async () => {
  const other = await openPlace(trial.server);
  const filling = trial.place.run(
    `for i in $(seq 400); do (exec -a ${mark} sleep 8) & done; sleep 6; kill $(jobs -p); true`,
  );
  for (let count = 0; count < 5; count++) {
    const ran = await other.run("for i in $(seq 100); do sleep 1 & done; wait; echo ran");
    expect(ran, ran.all).toMatchObject({ isError: false, stdout: "ran\n" });
  }
  await filling;
});

test("a program that eats memory ends at the limit of memory", async () => {
  const pieces = Math.round((totalmem() * 0.7) / (100 << 20));
  const command = `exec -a ${mark} /usr/bin/python3 -c 'held = []
while len(held) < ${pieces}: held.append(bytearray(b"x" * (100 << 20)))
print("ate", len(held))'`;
  await expectDefused(trial.server, { command, mark, limits: ["memory"] });
});

test("many programs that eat a little memory each end at the limit of memory", async () => {
  const programs = Math.round((totalmem() * 0.7) / (500 << 20));
  const command = `for i in $(seq ${programs}); do (exec -a ${mark} /usr/bin/python3 -c 'x = bytearray(b"x" * (500 << 20)); import time; time.sleep(20)') & done; wait`;
  await expectDefused(trial.server, { command, mark, limits: ["memory"] });
});

test("yes into a file ends at the limit of a file or of the workspace", async () => {
  const command = `exec -a ${mark} yes | head -c 20G > f`;
  await expectDefused(trial.server, { command, mark, limits: ["fileSize", "disk", "workspace"] });
});

test("many files of an allowed size end at the limit of the workspace", async () => {
  const { bavail, bsize } = statfsSync(trial.server.dataDir);
  expect(bavail * bsize, "the bomb needs room to go off").toBeGreaterThan(40 * 2 ** 30);
  const command = `for i in $(seq 30); do fallocate -l 1G f$i || exit 9; done; sleep 50; echo took all`;
  await expectDefused(trial.server, { command, mark, limits: ["disk", "workspace"] });
});

test("10,000 files, again and again, end at the limit of the workspace", async () => {
  const command = `/usr/bin/python3 -c '
import os
for folder in range(200):
    os.mkdir(f"d{folder}")
    for file in range(10000): open(f"d{folder}/{file}", "w").close()
print("made all")'`;
  await expectDefused(trial.server, { command, mark, limits: ["disk", "workspace", "time"] });
});

test("a sparse file of 200 GB is refused", async () => {
  const command =
    "truncate -s 200G sparse; ls -l sparse; echo 'after'; dd if=/dev/zero of=sparse bs=1 count=1 seek=200G";
  await expectDefused(trial.server, { command, mark, limits: ["fileSize", "disk", "workspace"] });
});

test("files in /tmp and in the own home count too", async () => {
  const command = `for d in /tmp "$HOME" /dev/shm; do for i in $(seq 15); do fallocate -l 1G $d/f$i || break; done; done; sleep 50; echo took all`;
  await expectDefused(trial.server, { command, mark, limits: ["disk", "workspace", "memory"] });
});

test("a busy loop on every processor ends with its time", async () => {
  const command = `for i in $(seq 32); do (exec -a ${mark} sh -c 'while :; do :; done') & done; sleep 5; exit 3`;
  const prober = await startProber(trial.server);
  await trial.place.run(command);
  expect((await prober.stop()).p99Ms).toBeLessThan(500);
});
