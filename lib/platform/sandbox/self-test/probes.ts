import type { SandboxReport } from "../../../ports/sandbox.ts";
import type { MechanismName } from "../options.ts";

export type Probe = SandboxReport["probes"][number];

/** All probes in the order in which they are shown. A self-test without one of them is not green. */
export const probeNames = [
  ...["work", "host-file", "home", "data-folder", "product", "git-files", "system", "kernel-setting", "user"],
  ...[
    "nested-namespace",
    "privileges",
    "system-calls",
    "descriptors",
    "processes",
    "network",
    "unix-sockets",
    "limits",
  ],
  "nothing-survives",
];

/** Of Linux only: macOS has nothing like it. */
const linuxProbes = ["kernel-setting", "nested-namespace", "privileges", "system-calls"];

function probesOf(mechanism: MechanismName): string[] {
  return probeNames.filter((name) => mechanism !== "seatbelt" || !linuxProbes.includes(name));
}

/** What the script left behind: the namespace of a process, or its id where there are none. */
export type LeftBehind = { namespace: string } | { pid: number };

/** Reads the output of the probe script. A probe without a line counts as failed. */
export function readProbes(
  mechanism: MechanismName,
  output: string,
): { probes: Probe[]; left: LeftBehind | undefined } {
  const rows = output.split("\n").map((line) => line.split("\t"));
  const found = new Map(
    rows.map(([name = "", result, detail = ""]) => [name, { passed: result === "ok", detail }]),
  );
  const probes = probesOf(mechanism)
    .filter((name) => name !== "nothing-survives")
    .map((name) => ({
      name,
      ...(found.get(name) ?? { passed: false, detail: "The probe did not finish." }),
    }));
  return { probes, left: leftBehind(rows) };
}

function leftBehind(rows: string[][]): LeftBehind | undefined {
  const valueOf = (key: string) => rows.find(([name]) => name === key)?.[1];
  const [namespace, pid] = [valueOf("namespace"), Number(valueOf("left"))];
  if (pid > 1) return { pid };
  return namespace === undefined ? undefined : { namespace };
}
