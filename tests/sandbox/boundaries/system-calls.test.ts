import { expect, test } from "vitest";
import { bare } from "../stage/bare.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

/** Names and numbers on x86-64, with arguments that fail with another error where the call is allowed. */
const refused: Record<string, [number: number, ...args: number[]]> = {
  ptrace: [101, 0, 0, 0, 0],
  bpf: [321, 0, 0, 0],
  perf_event_open: [298, 0, 0, -1, -1, 0],
  keyctl: [250, 0, -3, 0, 0, 0],
  add_key: [248, 0, 0, 0, 0, 0],
  request_key: [249, 0, 0, 0, 0],
  mount: [165, 0, 0, 0, 0, 0],
  umount2: [166, 0, 0],
  pivot_root: [155, 0, 0],
  unshare: [272, 0x10000000],
  setns: [308, -1, 0],
  move_mount: [429, -1, 0, -1, 0, 0],
  open_tree: [428, -1, 0, 0],
  fsopen: [430, 0, 0],
  fsmount: [432, -1, 0, 0],
  open_by_handle_at: [304, -1, 0, 0],
  init_module: [175, 0, 0, 0],
  finit_module: [313, -1, 0, 0],
  kexec_load: [246, 0, 0, 0, 0],
  userfaultfd: [323, 1],
  io_uring_setup: [425, 1, 0],
  swapon: [167, 0, 0],
  acct: [163, 0],
  quotactl: [179, 0, 0, 0, 0],
};

test("the kernel refuses the calls that a command has no use for", async () => {
  const code = `
import ctypes, errno, platform
assert platform.machine() == 'x86_64', 'the numbers are those of x86-64'
libc = ctypes.CDLL(None, use_errno=True)
calls = ${JSON.stringify(refused)}
for name, (number, *args) in calls.items():
    ctypes.set_errno(0)
    result = libc.syscall(number, *[ctypes.c_long(a) for a in args])
    error = ctypes.get_errno()
    if result != -1 or error not in (errno.EPERM, errno.ENOSYS, errno.EACCES):
        print(name, result, errno.errorcode.get(error, error))
print('done')`;
  expect(await bare(trial.server, `/usr/bin/python3 - <<'PYTHON'\n${code}\nPYTHON`)).toContain("unshare 0");
  expect((await trial.place.python(code)).stdout).toBe("done\n");
});

test("no namespace can be made or entered", async () => {
  const { stdout } = await trial.place.run(`
for flag in --user '--user --map-root-user' --mount --pid --net --ipc --uts --cgroup '--user --mount --net --map-root-user'; do
  unshare $flag true 2>/dev/null && echo "made one with $flag"
done
for ns in user mnt net pid ipc uts; do nsenter --target 1 --$ns true 2>/dev/null && echo "entered $ns"; done
chroot / true 2>/dev/null && echo "changed the root"
[ -x /usr/bin/bwrap ] && bwrap --ro-bind / / true 2>/dev/null && echo "bubblewrap in bubblewrap"
echo done`);
  expect(stdout).toBe("done\n");
});

test("clone and clone3 make no namespace either", async () => {
  const code = `
import ctypes, errno, struct
libc = ctypes.CDLL(None, use_errno=True)
SIGCHLD = 17
for name, flag in {'user': 0x10000000, 'mount': 0x20000, 'net': 0x40000000, 'pid': 0x20000000}.items():
    pid = libc.syscall(56, flag | SIGCHLD, 0, 0, 0, 0)
    if pid == 0: libc._exit(0)
    if pid > 0: print('clone', name)
    args = ctypes.create_string_buffer(struct.pack('11Q', flag, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0))
    pid = libc.syscall(435, args, 88)
    if pid == 0: libc._exit(0)
    if pid > 0: print('clone3', name)
print('done')`;
  expect(await bare(trial.server, `/usr/bin/python3 - <<'PYTHON'\n${code}\nPYTHON`)).toContain("clone user");
  expect((await trial.place.python(code)).stdout).toBe("done\n");
});

test("sockets of the host's own kind cannot be made while the network is closed", async () => {
  const code = `
import socket
for name, family in {'unix': socket.AF_UNIX, 'vsock': socket.AF_VSOCK, 'packet': socket.AF_PACKET}.items():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try: socket.socket(family, kind); print('made', name)
        except OSError: pass
a, b = socket.socketpair(); a.send(b'x'); print('a pair works:', b.recv(1).decode())`;
  expect(await bare(trial.server, `/usr/bin/python3 - <<'PYTHON'\n${code}\nPYTHON`)).toContain("made unix");
  expect((await trial.place.python(code)).stdout).toBe("a pair works: x\n");
});
