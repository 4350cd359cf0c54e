import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { processesEnd, processesWith } from "../../support/server/processes.ts";
import { bare } from "../stage/bare.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

test("a command sees only its own processes, and none of their environment holds a key", async () => {
  const { planted } = trial.server;
  const hunt = `for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; tr '\\0' ' ' < $p/cmdline; echo; ls -l $p/fd $p/cwd $p/root; done 2>/dev/null; env`;
  expect(planted.leaksIn(await bare(trial.server, hunt))).not.toEqual([]);
  const { all, stdout } = await trial.place.run(hunt);
  expect(planted.leaksIn(all)).toEqual([]);
  expect(stdout).not.toContain("start.mjs");
  const pids = (await trial.place.run("ls -d /proc/[0-9]* | wc -l")).stdout;
  expect(Number(pids)).toBeLessThan(20);
});

test("neither process 1 nor the parent leads out", async () => {
  const { setting } = trial.server;
  const { stdout } = await trial.place.run(
    `for p in 1 $PPID self; do for r in /proc/$p/root /proc/$p/cwd/../..; do ls -A $r${setting.folder}/checkout $r${setting.folder}/home/.ssh; cat $r/etc/shadow; done; cat /proc/$p/mem; done 2>/dev/null | head -c 1000; echo done`,
  );
  expect(stdout).toBe("done\n");
});

test("the server cannot be signalled, traced or slowed", async () => {
  const { pid } = trial.server;
  await trial.place
    .run(
      `kill -9 ${pid}; kill -STOP ${pid}; kill -9 -1; renice 19 ${pid}; prlimit --pid ${pid} --nofile=3; true`,
    )
    .catch(() => undefined);
  const status = execFileSync("grep", ["^State", `/proc/${pid}/status`], { encoding: "utf8" });
  expect(status).not.toMatch(/T \(/);
  expect((await trial.server.call("getServer")).status).toBe(200);
  expect((await trial.place.run("echo on")).stdout).toBe("on\n");
});

test("a command inherits no descriptor and no terminal", async () => {
  const { stdout } = await trial.place.run(`
/usr/bin/python3 -c 'import os; print(sorted(map(int, os.listdir("/proc/self/fd"))))'
readlink /proc/self/fd/0
(: > /dev/tty) 2>/dev/null && echo "has a terminal"
ps -o tty= -p $$ 2>/dev/null | grep -v '?'
/usr/bin/python3 -c '
import fcntl, termios
for fd in (0, 1, 2):
    try: fcntl.ioctl(fd, termios.TIOCSTI, b"x"); print("typed")
    except OSError: pass'
echo done`);
  expect(stdout).toBe("[0, 1, 2, 3]\n/dev/null\ndone\n");
});

test("what a command leaves running is gone within a second of its end", async () => {
  const mark = `97.${process.pid}`;
  const daemons = `setsid sleep ${mark}1 & nohup sleep ${mark}2 >/dev/null 2>&1 & (trap '' TERM HUP; exec sleep ${mark}3) & (setsid sh -c '(sleep ${mark}4 &) ; exit' &)`;
  await trial.place.run(`${daemons} sleep 0.2; echo started`);
  const at = performance.now();
  await processesEnd(`sleep ${mark}`);
  expect(performance.now() - at).toBeLessThan(1000);
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
});
