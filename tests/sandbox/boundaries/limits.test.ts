import { expect, test } from "vitest";
import { openPlace } from "../stage/place.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

test("processes, open files, file size and core dumps have limits that a command cannot raise", async () => {
  const { stdout } = await trial.place.run(`
for limit in u n f c; do echo "$limit $(ulimit -H -$limit)"; done
for limit in u n f; do ulimit -H -$limit unlimited 2>/dev/null && echo "raised $limit"; done
prlimit --pid $$ --nofile=2000000:2000000 2>/dev/null && echo "raised by prlimit"
echo done`);
  const lines = stdout.trim().split("\n");
  const limits = Object.fromEntries(lines.slice(0, 4).map((line) => line.split(" ")));
  expect(limits).toMatchObject({ c: "0" });
  for (const name of ["n", "f"]) expect(Number(limits[name]), `ulimit -${name}`).toBeGreaterThan(0);
  expect(lines.slice(4)).toEqual(["done"]);
});

test("a file that grows beyond the limit ends with a typed result", async () => {
  const ran = await (await openPlace(trial.server)).run("head -c 5G /dev/zero > big");
  expect(ran.limit, ran.all).toMatch(/^(fileSize|disk|workspace)$/);
});

test("a command that runs too long ends with a typed result and keeps its output", async () => {
  const settings = { autoApproveCommands: true, commandTimeoutMs: 1500 };
  const place = await openPlace(trial.server, { settings });
  const ran = await place.run("echo first words; sleep 60");
  expect(ran.limit, ran.all).toBe("time");
  expect(ran.stdout).toBe("first words\n");
});

test("open files run out inside, not outside", async () => {
  const { stdout } = await trial.place.python(`
import os
held = []
try:
    while len(held) < 2000000: held.append(os.open('/dev/null', os.O_RDONLY))
    print('no limit')
except OSError as error: print('limit')`);
  expect(stdout).toBe("limit\n");
  expect((await trial.server.call("getServer")).status).toBe(200);
});
