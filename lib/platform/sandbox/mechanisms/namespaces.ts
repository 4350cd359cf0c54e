import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Server, type Socket } from "node:net";
import { required, type SandboxPrograms } from "../programs.ts";
import { quoted } from "../../programs/quoted.ts";

/** The port of the proxy in each network namespace. */
export const proxyPort = 3128;

/** Namespaces that all programs of one workspace share, held open by descriptors. They end with the server. */
export interface Namespaces {
  /** Arguments of nsenter that join them. */
  joining: string[];
  close(): void;
}

interface HeldNamespaces {
  /** Missing where the server is root. */
  user: number | undefined;
  /** Missing where nothing is staged. */
  mount: number | undefined;
  net: number;
}

export interface NamespaceOptions {
  kind: "user-network" | "user-network-mount" | "network-mount";
  programs: SandboxPrograms;
  /** Builds the view. Empty where nothing is staged. */
  script: string;
  /** A program in the namespace has connected. The socket allows that one side ends first. */
  onConnection(socket: Socket): void;
}

const timeoutMs = 10_000;

/**
 * Makes the namespaces: a short-lived process makes them, listens on the port of the proxy, hands the listening socket to
 * the server and ends. So nothing of ours stays inside. Rejects with what the process said.
 */
export async function makeNamespaces(options: NamespaceOptions): Promise<Namespaces> {
  const [file, args] = commandFor(options);
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
  const child = spawn(file, args, {
    cwd: "/",
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    detached: true,
  });
  try {
    const { pid, server } = await listenerOf(child);
    const held = holdNamespaces(pid, options.kind);
    Object.assign(server, { allowHalfOpen: true }); // Node takes it for a server of its own, but not from its handle.
    server.on("connection", options.onConnection);
    return { joining: joiningArguments(held), close: () => closeAll(server, held) };
  } finally {
    if (child.connected) child.disconnect();
    else child.kill("SIGKILL");
  }
}

function commandFor({ kind, programs, script }: NamespaceOptions): [string, string[]] {
  const listen = [process.execPath, "-e", listenInside];
  if (kind === "user-network") {
    const namespaces = ["--unshare-user", "--uid", "0", "--gid", "0", "--unshare-net", "--die-with-parent"];
    return [required(programs.bwrap), [...namespaces, "--dev-bind", "/", "/", "--", ...listen]];
  }
  const ending = [required(programs.setpriv), "--pdeathsig", "KILL", "--"]; // Again at the end: a user namespace takes it away.
  const last = [...ending, ...listen].map(quoted).join(" ");
  const lines = [script, loopbackUp, "cd /", `exec ${last}`].join("\n");
  const user = kind === "user-network-mount" ? ["--user", "--map-root-user"] : [];
  const namespaces = [...user, "--mount", "--net", "--propagation", "private", "--"];
  const inside = [required(programs.unshare), ...namespaces, required(programs.sh), "-c", lines];
  return [required(programs.setpriv), [...ending.slice(1), ...inside]];
}

/** Sets the flags IFF_UP, IFF_LOOPBACK and IFF_RUNNING with SIOCSIFFLAGS where the host has no program for it. */
const loopbackUp = `{ ip link set lo up || ifconfig lo up ||
perl -e 'socket(my $s, 2, 2, 0) or exit 1; my $up = pack("a16 s x22", "lo", 0x49); ioctl($s, 0x8914, $up) or exit 1' ||
python3 -c 'import socket, struct, fcntl; fcntl.ioctl(socket.socket(2, 2), 0x8914, struct.pack("16sh22x", b"lo", 0x49))'
} >/dev/null 2>&1 || { echo "The loopback interface cannot be started: install iproute2 or perl." >&2; exit 1; }`;

/** It ends with the server: at once by the signal of setpriv, and at latest when the time of `makeNamespaces` is over. */
const listenInside = `const server = require("node:net").createServer();
process.on("disconnect", () => process.exit());
setTimeout(() => process.exit(), ${timeoutMs});
server.listen(${proxyPort}, "127.0.0.1", () => process.connected ? process.send(process.pid, server) : process.exit());`;

async function listenerOf(child: ChildProcess): Promise<{ pid: number; server: Server }> {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-2000)));
  const { promise, resolve, reject } = Promise.withResolvers<{ pid: number; server: Server }>();
  const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms. ${words}`)), timeoutMs);
  child.once("error", reject);
  child.once("close", () => reject(new Error(words.trim() || "The process ended without a word.")));
  child.once("message", (pid, handle) => {
    if (typeof pid === "number" && handle instanceof Server) resolve({ pid, server: handle });
    else reject(new Error("The process sent something else than its socket."));
  });
  return promise.finally(() => clearTimeout(timer));
}

function holdNamespaces(pid: number, kind: NamespaceOptions["kind"]): HeldNamespaces {
  const hold = (name: string) => openSync(`/proc/${pid}/ns/${name}`, "r");
  return {
    net: hold("net"),
    user: kind === "network-mount" ? undefined : hold("user"),
    mount: kind === "user-network" ? undefined : hold("mnt"),
  };
}

/** By paths of the server's own descriptors, so that no program inherits them. */
function joiningArguments({ user, mount, net }: HeldNamespaces): string[] {
  const path = (descriptor: number) => `/proc/${process.pid}/fd/${descriptor}`;
  return [
    ...(user === undefined ? [] : ["--preserve-credentials", `--user=${path(user)}`]),
    ...(mount === undefined ? [] : [`--mount=${path(mount)}`]),
    `--net=${path(net)}`,
  ];
}

function closeAll(server: Server, { user, mount, net }: HeldNamespaces): void {
  server.close();
  for (const descriptor of [user, mount, net]) if (descriptor !== undefined) closeSync(descriptor);
}
