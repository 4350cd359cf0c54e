import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openControlGroups } from "../../../../lib/platform/sandbox/limits/control-groups.ts";
import { defaultLimits } from "../../../../lib/platform/sandbox/limits/default-limits.ts";
import { temporaryFolder } from "../place.ts";

const limits = { ...defaultLimits(), processes: 100, memoryBytes: 1000 };

/** The files of the kernel, as plain files. */
function places(cgroup: string, groups: Record<string, string>) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "proc/self"), { recursive: true });
  writeFileSync(join(folder, "proc/self/cgroup"), cgroup);
  for (const [path, text] of Object.entries(groups)) {
    mkdirSync(join(folder, "sys", path, ".."), { recursive: true });
    writeFileSync(join(folder, "sys", path), text);
  }
  return { proc: join(folder, "proc"), sys: join(folder, "sys") };
}

const own = `talkcody-${process.pid}`;

test("version 1: a program joins a group of each controller", () => {
  const given = places("4:memory:/box\n8:pids:/\n1:cpu,cpuacct:/\n0::/\n", {});
  const groups = openControlGroups(given);
  const group = groups?.hold(4711, limits);
  for (const place of [`memory/box/${own}/1`, `pids/${own}/1`, `cpu,cpuacct/${own}/1`])
    expect(readFileSync(join(given.sys, place, "cgroup.procs"), "utf8")).toBe("4711");
  expect(group?.exceeded()).toBeNull();
  writeFileSync(
    join(given.sys, `memory/box/${own}/1/memory.oom_control`),
    "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
  );
  expect(group?.exceeded()).toBe("memory");
});

test("version 2: the processes of a delegated group move aside, and a program joins one group", () => {
  const given = places("0::/service\n", {
    "service/cgroup.controllers": "cpu memory pids\n",
    "service/cgroup.procs": "17\n",
    "service/cgroup.subtree_control": "",
    [`service/${own}/cgroup.procs`]: "",
    [`service/${own}/cgroup.subtree_control`]: "",
  });
  const group = openControlGroups(given)?.hold(4711, limits);
  expect(readFileSync(join(given.sys, "service/server/cgroup.procs"), "utf8")).toBe("17");
  expect(readFileSync(join(given.sys, "service/cgroup.subtree_control"), "utf8")).toBe("+memory +pids +cpu");
  expect(readFileSync(join(given.sys, `service/${own}/1/cgroup.procs`), "utf8")).toBe("4711");
  writeFileSync(join(given.sys, `service/${own}/1/pids.events`), "max 3\n");
  expect(group?.exceeded()).toBe("processes");
});

test("where nothing is delegated, there are no groups", () => {
  expect(openControlGroups(places("0::/\n", {}))).toBeUndefined();
  const file = places("4:memory:/\n8:pids:/\n1:cpu:/\n", { memory: "not a folder" });
  expect(openControlGroups(file)).toBeUndefined();
  expect(openControlGroups({ proc: "/nonexistent", sys: "/nonexistent" })).toBeUndefined();
  expect(existsSync(join(file.sys, "pids"))).toBe(false);
});
