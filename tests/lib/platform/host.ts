import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ReachFailpoint } from "../../../lib/ports/failpoint.ts";
import { createWorkspaceHosts } from "../../../lib/platform/index.ts";
import { environment, openTestProcesses, temporaryFolder, workspaceId } from "./place.ts";

/** A host whose workspaces lie in the server's own folder, as they do by default. */
export function openHost(
  isolation: "auto" | "off" = "auto",
  { dataDir = join(temporaryFolder(), "server"), reach }: { dataDir?: string; reach?: ReachFailpoint } = {},
) {
  const workspacesDir = join(dataDir, "workspaces");
  mkdirSync(join(workspacesDir, workspaceId), { recursive: true });
  const processes = openTestProcesses({ dataDir });
  const hosts = createWorkspaceHosts({
    workspacesDir,
    environment,
    dataDir,
    isolation,
    processes,
    ...(reach && { reach }),
  });
  const host = hosts.open(workspaceId);
  return { dataDir, hosts, host, root: host.root };
}
