import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import { AppError } from "../../errors.ts";
import type { Workspace } from "../../workspace.ts";
import type { WorkspaceChange } from "../../ports/workspace-store.ts";
import { hostPatternMistake, patternFor } from "./host-pattern.ts";

/** The grants of a workspace after a change. Throws AppError invalid-request, which names each wrong host. */
export function mergeGrants(
  { network, gitConfigWritable }: Workspace,
  change: Schemas["UpdateWorkspace"],
): Required<Pick<WorkspaceChange, "network" | "gitConfigWritable">> {
  const merged = { ...network, ...change.network };
  checkHosts(change.network?.hosts ?? []);
  return {
    network: { ...merged, hosts: [...new Set(merged.hosts)], presets: [...new Set(merged.presets)] },
    gitConfigWritable: change.gitConfigWritable ?? gitConfigWritable,
  };
}

/** The contract's bound of `hosts`. */
const hostsMax = 200;

/** The network of a workspace with one more host. What had been listed while the mode was `none` stays without effect, so it goes. */
export function withHost(
  { network }: Workspace,
  target: { host: string; port: number },
): Workspace["network"] {
  const { mode, hosts, presets } = network;
  const pattern = patternFor(target);
  if (mode === "open") return network;
  if (mode === "none") return { mode: "hosts", hosts: [pattern], presets: [] };
  if (hosts.includes(pattern)) return network;
  if (hosts.length < hostsMax) return { mode, hosts: [...hosts, pattern], presets };
  throw new AppError(
    "action-mismatch",
    `The workspace has ${hostsMax} hosts already. Take some out with \`updateWorkspace\`, then approve again.`,
  );
}

function checkHosts(hosts: readonly string[]): void {
  const errors = hosts.flatMap((host, index) => {
    const detail = hostPatternMistake(host);
    return detail === undefined ? [] : [{ pointer: `/network/hosts/${index}`, detail }];
  });
  const [first] = errors;
  if (first !== undefined) throw new AppError("invalid-request", first.detail, { errors });
}
