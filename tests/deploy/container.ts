import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { execaSync } from "execa";

export interface Container {
  /** Sends SIGTERM, waits, and gives the exit code. */
  stop(): number;
  /** Both outputs. */
  logs(): string;
  /** Runs a program inside, as root; gives its exit code. */
  run(...command: string[]): number;
  processes(): Process[];
  remove(): void;
}

export interface Process {
  user: string;
  /** Kilobytes. */
  rss: number;
  command: string;
  environment: string;
}

export interface ContainerOptions {
  /** A folder of the host. */
  volume: string;
  env: Record<string, string>;
}

/** The image with a read-only root, on the network of the host, where commands may have namespaces of their own. */
export function startContainer({ volume, env }: ContainerOptions): Container {
  const options = [
    ...["--network", "host", "--read-only", "--tmpfs", "/tmp", "--volume", `${volume}:/data`],
    ...["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"],
    ...["--security-opt", "seccomp=unconfined", "--security-opt", "unmask=ALL", "--no-healthcheck"],
    ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
  ];
  const id = podman("run", "--detach", ...options, "talkcody").stdout.trim();
  return {
    stop: () => {
      podman("stop", "--time", "30", id);
      return Number(podman("inspect", "--format", "{{.State.ExitCode}}", id).stdout);
    },
    logs: () => {
      const { stdout, stderr } = podman("logs", id);
      return stdout + stderr;
    },
    run: (...command) => tryPodman("exec", id, ...command).exitCode ?? -1,
    processes: () => {
      const [first = 0] = podman("inspect", "--format", "{{.State.Pid}}", id).stdout.split("\n").map(Number);
      return processesBeside(first);
    },
    remove: () => void podman("rm", "--force", id),
  };
}

/** As the host sees them: inside not even root may look at all. */
function processesBeside(first: number): Process[] {
  const namespace = (pid: string | number) => readlinkSync(`/proc/${pid}/ns/pid`);
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        return namespace(pid) === namespace(first) ? [readProcess(pid)] : [];
      } catch {
        return []; // Ended meanwhile.
      }
    });
}

function readProcess(pid: string): Process {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8").replaceAll("\0", " ");
  const status = read("status");
  return {
    user: /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? "",
    rss: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
    command: read("cmdline"),
    environment: read("environ"),
  };
}

/** Throws where podman says no. */
export function podman(...parameters: string[]): { stdout: string; stderr: string } {
  const { failed, shortMessage, stdout, stderr } = tryPodman(...parameters);
  if (failed) throw new Error(`${shortMessage}\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}

function tryPodman(...parameters: string[]) {
  const options = { reject: false, maxBuffer: 2 ** 30 } as const;
  return execaSync("podman", ["--storage-driver", "overlay", "--runtime", "runc", ...parameters], options);
}
