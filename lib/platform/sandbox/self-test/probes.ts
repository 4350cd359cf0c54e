import type { SandboxReport } from "../../../ports/sandbox.ts";

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

/** Reads the output of the probe script. A probe without a line counts as failed. */
export function readProbes(output: string): { probes: Probe[]; namespace: string | undefined } {
  const rows = output.split("\n").map((line) => line.split("\t"));
  const found = new Map(
    rows.map(([name = "", result, detail = ""]) => [name, { passed: result === "ok", detail }]),
  );
  const namespace = rows.find(([name]) => name === "namespace")?.[1];
  const probes = probeNames
    .filter((name) => name !== "nothing-survives")
    .map((name) => ({
      name,
      ...(found.get(name) ?? { passed: false, detail: "The probe did not finish." }),
    }));
  return { probes, namespace };
}
