/**
 * A seccomp filter as the kernel wants it: 8 bytes for each instruction. It refuses system calls that look into other
 * processes, change mounts or namespaces, load code into the kernel or manage its keys, with EPERM. `clone3` and io_uring
 * do not exist for programs (ENOSYS), because a filter cannot see their arguments. Undefined where the processor is
 * not x86-64 or 64-bit ARM.
 */
export function seccompProgram(options: {
  /** Unix sockets cannot be made; pairs of connected sockets can. */
  closesUnixSockets: boolean;
  architecture?: string;
}): Buffer | undefined {
  const table = tables[options.architecture ?? process.arch];
  if (table === undefined) return undefined;
  const program = [
    load(architectureAt),
    ...unless(table.audit, fail(errno.ENOSYS)),
    load(numberAt),
    // Calls of the x32 interface, which have other numbers.
    ...(table.audit === x64Audit ? [jump(greaterOrEqual, 0x4000_0000, 0, 1), fail(errno.ENOSYS)] : []),
    ...table.refused.flatMap((number) => when(number, fail(errno.EPERM))),
    ...table.missing.flatMap((number) => when(number, fail(errno.ENOSYS))),
    ...cloneRule(table.clone),
    ...socketRule(table.socket, options.closesUnixSockets),
    ...terminalRule(table.ioctl),
    allow,
  ];
  return Buffer.concat(program);
}

const errno = { EPERM: 1, ENOSYS: 38 };

/** Offsets in `struct seccomp_data` of linux/seccomp.h; of an argument the lower half. */
const [numberAt, architectureAt, firstArgumentAt, secondArgumentAt] = [0, 4, 16, 24];

/** Classes of linux/bpf_common.h: BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JGE|BPF_K, BPF_JMP|BPF_JSET|BPF_K. */
const [equal, greaterOrEqual, hasBits] = [0x15, 0x35, 0x45];

function instruction(code: number, operand: number, ifTrue = 0, ifFalse = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifTrue, 2);
  bytes.writeUInt8(ifFalse, 3);
  bytes.writeUInt32LE(operand, 4);
  return bytes;
}

/** BPF_LD|BPF_W|BPF_ABS. */
function load(offset: number): Buffer {
  return instruction(0x20, offset);
}

function jump(kind: number, operand: number, ifTrue: number, ifFalse: number): Buffer {
  return instruction(kind, operand, ifTrue, ifFalse);
}

/** SECCOMP_RET_ALLOW. */
const allow = instruction(0x06, 0x7fff_0000);

/** SECCOMP_RET_ERRNO. */
function fail(error: number): Buffer {
  return instruction(0x06, 0x0005_0000 + error);
}

function when(value: number, then: Buffer): Buffer[] {
  return [jump(equal, value, 0, 1), then];
}

function unless(value: number, then: Buffer): Buffer[] {
  return [jump(equal, value, 1, 0), then];
}

/** Skips the rule for other system calls. The rule itself ends in a result for each way through it. */
function forCall(number: number, rule: Buffer[]): Buffer[] {
  return [jump(equal, number, 0, rule.length), ...rule];
}

/** The flags of all new namespaces in linux/sched.h. */
const namespaceFlags = 0x7e02_0000;

function cloneRule(clone: number): Buffer[] {
  return forCall(clone, [
    load(firstArgumentAt),
    jump(hasBits, namespaceFlags, 0, 1),
    fail(errno.EPERM),
    allow,
  ]);
}

/** Families of linux/socket.h: internet, routing information, and Unix sockets where they are open. No others, vsock among them. */
function socketRule(socket: number, closesUnixSockets: boolean): Buffer[] {
  const families = [2, 10, 16, ...(closesUnixSockets ? [] : [1])];
  const known = families.flatMap((family) => when(family, allow));
  return forCall(socket, [load(firstArgumentAt), ...known, fail(errno.EPERM)]);
}

/** TIOCSTI and TIOCLINUX of asm/ioctls.h: they type into a terminal. */
function terminalRule(ioctl: number): Buffer[] {
  const requests = [0x5412, 0x541c].flatMap((request) => when(request, fail(errno.EPERM)));
  return forCall(ioctl, [load(secondArgumentAt), ...requests, allow]);
}

interface CallTable {
  /** AUDIT_ARCH_* of linux/audit.h. */
  audit: number;
  clone: number;
  socket: number;
  ioctl: number;
  refused: readonly number[];
  missing: readonly number[];
}

const x64Audit = 0xc000_003e;

/** Calls with one number on every architecture: open_tree to fspick, pidfd_getfd, mount_setattr, quotactl_fd, open_tree_attr. */
const newCalls = [428, 429, 430, 431, 432, 433, 438, 442, 443, 467];

/** io_uring_setup, io_uring_enter, io_uring_register, clone3. */
const missingCalls = [425, 426, 427, 435];

/** From asm/unistd_64.h and asm-generic/unistd.h. In both lists the order is the same. */
const tables: Readonly<Record<string, CallTable>> = {
  x64: {
    ...{ audit: x64Audit, clone: 56, socket: 41, ioctl: 16, missing: missingCalls },
    refused: [
      ...[101, 103, 165, 166, 167, 168, 169, 155, 161, 163, 164, 227, 305, 175, 176, 313, 179], // ptrace, syslog, mount, umount2, swapon, swapoff, reboot, pivot_root, chroot, acct, settimeofday, clock_settime, clock_adjtime, init_module, delete_module, finit_module, quotactl
      ...[248, 249, 250, 272, 308, 298, 300, 304, 310, 311, 312, 246, 320, 321, 323, 153, 172, 173], // add_key, request_key, keyctl, unshare, setns, perf_event_open, fanotify_init, open_by_handle_at, process_vm_readv, process_vm_writev, kcmp, kexec_load, kexec_file_load, bpf, userfaultfd, vhangup, iopl, ioperm
      ...newCalls,
    ],
  },
  arm64: {
    ...{ audit: 0xc000_00b7, clone: 220, socket: 198, ioctl: 29, missing: missingCalls },
    refused: [
      ...[117, 116, 40, 39, 224, 225, 142, 41, 51, 89, 170, 112, 266, 105, 106, 273, 60],
      ...[217, 218, 219, 97, 268, 241, 262, 265, 270, 271, 272, 104, 294, 280, 282, 58],
      ...newCalls,
    ],
  },
};
