import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ReachFailpoint } from "../../../lib/ports/failpoint.ts";
import { createSandbox, createWorkspaceHosts, type SandboxOptions } from "../../../lib/platform/index.ts";
import { ownerFor, sandboxOptions } from "../../support/sandbox/sandbox-options.ts";
import { openTestProcesses, temporaryFolder, workspaceId } from "./place.ts";

/** A host whose workspaces lie in the server's own folder, as they do by default. */
export function openHost(
  mode: SandboxOptions["mode"] = "auto",
  { dataDir = join(temporaryFolder(), "server"), reach }: { dataDir?: string; reach?: ReachFailpoint } = {},
) {
  const workspacesDir = join(dataDir, "workspaces");
  mkdirSync(join(workspacesDir, workspaceId), { recursive: true });
  const processes = openTestProcesses({ dataDir });
  const sandbox = createSandbox(sandboxOptions({ processes, mode, workspacesDir }));
  onTestFinished(() => sandbox.close());
  const hosts = createWorkspaceHosts({
    ...{ workspacesDir, sandbox, processes, owner: ownerFor(mode) },
    ...(reach && { reach }),
  });
  const host = hosts.open(workspaceId);
  return { dataDir, hosts, host, root: host.root };
}
