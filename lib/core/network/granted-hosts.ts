import type { HostTarget } from "../../ports/network.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Workspace } from "../../workspace.ts";
import { hostPatternMistake, matchesHost, patternFor } from "../workspaces/host-pattern.ts";
import { registryHosts } from "./registries.ts";

/** Whether the grants of the workspace name the target. */
export function isGranted(workspace: Workspace, target: HostTarget): boolean {
  switch (workspace.network.mode) {
    case "none":
      return false;
    case "hosts":
      return grantedPatterns(workspace).some((pattern) => matchesHost(pattern, target));
    case "open":
      return true;
  }
}

/** Whether a page of the host may be fetched without asking. */
export function isHostGranted(
  { storage }: Pick<Runtime, "storage">,
  { workspaceId, host }: { workspaceId: string; host: string },
): boolean {
  const workspace = storage.workspaces.get(workspaceId);
  return workspace !== undefined && isGranted(workspace, { host, port: 443 });
}

function grantedPatterns({ network, repository }: Workspace): readonly string[] {
  const { hosts, presets } = network;
  return [
    ...hosts,
    ...(presets.includes("registries") ? registryHosts : []),
    ...(presets.includes("repository") ? patternsOf(repository) : []),
  ];
}

/** The host of a repository. None when the repository is on this host, or its address is of another form. */
function patternsOf(repository: string | null): string[] {
  const target = repository === null ? undefined : hostOfRepository(repository);
  const pattern = target && patternFor(target);
  return pattern !== undefined && hostPatternMistake(pattern) === undefined ? [pattern] : [];
}

/** A repository that is cloned over ssh is fetched over https too, at the usual port. */
function hostOfRepository(repository: string): HostTarget | undefined {
  const [, scp] = /^[^/@:]+@([A-Za-z0-9.-]+):/.exec(repository) ?? [];
  if (scp !== undefined) return { host: scp.toLowerCase(), port: 443 };
  const url = URL.parse(repository);
  if (url === null || url.hostname === "") return undefined;
  if (url.protocol === "ssh:") return { host: url.hostname.toLowerCase(), port: 443 };
  return /^https?:$/.test(url.protocol) ? { host: url.hostname, port: Number(url.port || 443) } : undefined;
}
