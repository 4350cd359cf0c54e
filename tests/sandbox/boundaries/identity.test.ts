import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { processesWith } from "../../support/server/processes.ts";
import { until } from "../../support/until.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

test("a command is never uid 0, neither inside nor as the host sees it, and has no capability", async () => {
  const mark = `sleep 4.${process.pid}1`;
  const running = trial.place.run(
    `id -u; id -G; ${mark}; grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)' /proc/self/status`,
  );
  const [pid] = await until("the command runs", () => {
    const found = processesWith(mark).filter((each) => commandOf(each) === "sleep");
    return found.length > 0 && found;
  });
  const seen = statusOf(pid ?? 0);
  const { stdout } = await running;
  const [uid = "", groups = ""] = stdout.split("\n");
  expect(Number(uid)).toBeGreaterThan(0);
  expect(groups.split(" ")).not.toContain("0");
  for (const status of [seen, fieldsOf(stdout)]) {
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb", "CapBnd"])
      expect(status[set], set).toMatch(/^0+$/);
    expect(status["NoNewPrivs"]).toBe("1");
    expect(status["Seccomp"]).toBe("2");
    expect(status["Uid"]?.split("\t")).not.toContain("0");
    expect(status["Gid"]?.split("\t")).not.toContain("0");
  }
});

test("kernel settings, the kernel log, the clock and the host name stay as they are", async () => {
  const { stdout } = await trial.place.run(`
for f in kernel/panic kernel/core_pattern kernel/hostname vm/overcommit_memory fs/suid_dumpable net/ipv4/ip_forward; do
  cp /proc/sys/$f /tmp/same 2>/dev/null && cat /tmp/same > /proc/sys/$f && echo "wrote $f"
done 2>/dev/null
echo 0 > /proc/sys/kernel/panic && echo "wrote panic"
echo h > /proc/sysrq-trigger && echo "wrote sysrq"
dmesg && echo "read the kernel log"; head -c1 /dev/kmsg && echo "read kmsg"
date -s '2001-01-01' && echo "set the clock"
hostname evil && echo "named the host"
echo done`);
  expect(
    stdout
      .trim()
      .split("\n")
      .filter((line) => /^(wrote|read|set the|named)/.test(line)),
  ).toEqual([]);
  expect(stdout).toMatch(/done\n$/);
});

test("devices of the host are not there, and none can be made", async () => {
  const { stdout } = await trial.place.run(`
for d in /dev/mem /dev/kmem /dev/port /dev/vda /dev/sda /dev/nvme0n1 /dev/kvm /dev/fuse /dev/net/tun /dev/loop-control /dev/vsock /dev/uinput; do
  head -c 1 $d >/dev/null 2>&1 && echo "opened $d"; [ -e $d ] && echo "there is $d"
done
mknod /tmp/disk b 254 0 && echo made; mknod /tmp/mem c 1 1 && echo made
echo done`);
  expect(stdout).toBe("done\n");
});

test("programs that change the user gain nothing", async () => {
  const { stdout } = await trial.place.run(`
cp /bin/sh /tmp/own; chmod u+s /tmp/own; /tmp/own -p -c 'id -u' | grep -qx 0 && echo "root by an own file"
su root -c 'echo root by su' </dev/null; sudo -n echo root by sudo; passwd -d root && echo "changed a password"
chown 0:0 /tmp/own && echo "gave a file away"
setpriv --reuid 0 echo "root by setpriv"
find / -xdev -perm -4000 -exec sh -c 'true' \\; 2>/dev/null
echo done`);
  expect(stdout).toBe("done\n");
});

function statusOf(pid: number): Record<string, string> {
  return fieldsOf(readFileSync(`/proc/${pid}/status`, "utf8"));
}

function fieldsOf(text: string): Record<string, string> {
  const pairs = text.split("\n").map((line) => line.split(/:\s+/));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}
