import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorkspaceHosts, openProcesses } from "../../../lib/platform/index.ts";

/** Throws where commands cannot be isolated, which a container often forbids. */
export function setup(): void {
  const dataDir = mkdtempSync(join(tmpdir(), "talkcody-isolation-"));
  const processes = openProcesses({ dataDir });
  try {
    const workspacesDir = join(dataDir, "workspaces");
    const environment = { PATH: process.env["PATH"] ?? "" };
    const hosts = createWorkspaceHosts({ workspacesDir, dataDir, environment, processes });
    if (!hosts.isIsolating())
      throw new Error(
        "These tests need namespaces (`unshare --mount --pid`), which are forbidden here: run them as root.",
      );
  } finally {
    processes.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
