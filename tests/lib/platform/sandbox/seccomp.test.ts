import { expect, test } from "vitest";
import { seccompProgram } from "../../../../lib/platform/sandbox/mechanisms/seccomp.ts";

const [x64, arm64] = [0xc000_003e, 0xc000_00b7];
const [allowed, EPERM, ENOSYS] = ["allowed", "EPERM", "ENOSYS"];

/** Runs the program as the kernel does, on one system call. */
function result(
  call: { audit?: number; number: number; args?: [number, number?] },
  options: { architecture?: string; closesUnixSockets?: boolean } = {},
): string {
  const program =
    seccompProgram({ closesUnixSockets: true, architecture: "x64", ...options }) ?? Buffer.alloc(0);
  const { audit = x64, number, args = [0] } = call;
  const data = new Map([
    [0, number],
    [4, audit],
    [16, args[0]],
    [24, args[1] ?? 0],
  ]);
  let loaded = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(at * 8);
    const [ifTrue, ifFalse] = [program.readUInt8(at * 8 + 2), program.readUInt8(at * 8 + 3)];
    const operand = program.readUInt32LE(at * 8 + 4);
    if (code === 0x20) loaded = data.get(operand) ?? 0;
    else if (code === 0x06)
      return { 0x7fff0000: allowed, 0x50001: EPERM, 0x50026: ENOSYS }[operand] ?? "unknown";
    else at += holds(code, loaded, operand) ? ifTrue : ifFalse;
  }
  return "no end";
}

function holds(code: number, loaded: number, operand: number): boolean {
  if (code === 0x15) return loaded === operand;
  if (code === 0x35) return loaded >= operand;
  return (loaded & operand) !== 0;
}

test.each([
  ["read", 0, allowed],
  ["execve", 59, allowed],
  ["ptrace", 101, EPERM],
  ["mount", 165, EPERM],
  ["unshare", 272, EPERM],
  ["setns", 308, EPERM],
  ["keyctl", 250, EPERM],
  ["bpf", 321, EPERM],
  ["open_by_handle_at", 304, EPERM],
  ["open_tree", 428, EPERM],
  ["clone3", 435, ENOSYS],
  ["io_uring_setup", 425, ENOSYS],
  ["read of the x32 interface", 0x4000_0000, ENOSYS],
])("%s", (_name, number, expected) => expect(result({ number })).toBe(expected));

test("clone makes processes and threads, and no namespaces", () => {
  expect(result({ number: 56, args: [0x3d0f00] })).toBe(allowed);
  for (const flag of [0x2_0000, 0x200_0000, 0x1000_0000, 0x4000_0000])
    expect(result({ number: 56, args: [flag | 17] })).toBe(EPERM);
});

test("sockets are of the internet; Unix sockets only where they are open; others, vsock among them, never", () => {
  const socket = (family: number, closesUnixSockets: boolean) =>
    result({ number: 41, args: [family] }, { closesUnixSockets });
  for (const closed of [true, false]) {
    for (const family of [2, 10, 16]) expect(socket(family, closed)).toBe(allowed);
    for (const family of [17, 38, 40]) expect(socket(family, closed)).toBe(EPERM);
    expect(socket(1, closed)).toBe(closed ? EPERM : allowed);
  }
});

test("nothing is typed into a terminal", () => {
  expect(result({ number: 16, args: [0, 0x5412] })).toBe(EPERM);
  expect(result({ number: 16, args: [0, 0x5401] })).toBe(allowed);
});

test("calls of another architecture do not exist", () => {
  expect(result({ audit: 0x4000_0003, number: 0 })).toBe(ENOSYS);
  const arm = { architecture: "arm64" };
  expect(result({ audit: arm64, number: 117 }, arm)).toBe(EPERM);
  expect(result({ audit: arm64, number: 63 }, arm)).toBe(allowed);
  expect(result({ audit: x64, number: 0 }, arm)).toBe(ENOSYS);
  expect(seccompProgram({ closesUnixSockets: true, architecture: "riscv64" })).toBeUndefined();
});
