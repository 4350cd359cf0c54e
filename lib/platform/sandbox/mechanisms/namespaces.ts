import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Server } from "node:net";
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
  /** Absolute paths of the trusted programs. */
  programs: { unshare: string; setpriv: string; sh: string; bwrap: string | undefined };
  /** Builds the view. Empty where nothing is staged. */
  script: string;
  /** Called with the socket that listens in the namespace. */
  onListener(server: Server): void;
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
    options.onListener(server);
    return { joining: joiningArguments(held), close: () => closeAll(server, held) };
  } finally {
    if (child.connected) child.disconnect();
    else child.kill("SIGKILL");
  }
}

function commandFor({ kind, programs, script }: NamespaceOptions): [string, string[]] {
  const listen = [process.execPath, "-e", listenInside];
  if (kind === "user-network" && programs.bwrap !== undefined) {
    const namespaces = ["--unshare-user", "--uid", "0", "--gid", "0", "--unshare-net", "--die-with-parent"];
    return [programs.bwrap, [...namespaces, "--dev-bind", "/", "/", "--", ...listen]];
  }
  const flags = {
    "user-network": userFlags,
    "user-network-mount": [...userFlags, "--mount"],
    "network-mount": ["--mount"],
  };
  const ending = [programs.setpriv, "--pdeathsig", "KILL", "--"]; // Again at the end: a user namespace takes it away.
  const last = [...ending, ...listen].map(quoted).join(" ");
  const lines = [script, loopbackUp, "cd /", `exec ${last}`].join("\n");
  const namespaces = [programs.unshare, ...flags[kind], "--net", ...propagation(kind), "--"];
  return [programs.setpriv, [...ending.slice(1), ...namespaces, programs.sh, "-c", lines]];
}

const userFlags = ["--user", "--map-root-user"];

function propagation(kind: NamespaceOptions["kind"]): string[] {
  return kind === "user-network" ? [] : ["--propagation", "private"];
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

function listenerOf(child: ChildProcess): Promise<{ pid: number; server: Server }> {
  return new Promise((resolve, reject) => {
    let words = "";
    const timer = setTimeout(
      () => reject(new Error(`No answer within ${timeoutMs} ms. ${words}`)),
      timeoutMs,
    );
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-2000)));
    child.once("error", reject);
    child.once("close", () => reject(new Error(words.trim() || "The process ended without a word.")));
    child.once("message", (pid, handle) => {
      clearTimeout(timer);
      if (typeof pid === "number" && handle instanceof Server) resolve({ pid, server: handle });
      else reject(new Error("The process sent something else than its socket."));
    });
  });
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
