import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import { AppError } from "../../errors.ts";
import type { Workspace } from "../../workspace.ts";
import type { WorkspaceChange } from "../../ports/workspace-store.ts";
import { hostPatternMistake } from "./host-pattern.ts";

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

function checkHosts(hosts: readonly string[]): void {
  const errors = hosts.flatMap((host, index) => {
    const detail = hostPatternMistake(host);
    return detail === undefined ? [] : [{ pointer: `/network/hosts/${index}`, detail }];
  });
  const [first] = errors;
  if (first !== undefined) throw new AppError("invalid-request", first.detail, { errors });
}
