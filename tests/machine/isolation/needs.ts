import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorkspaceHosts, openProcesses } from "../../../lib/platform/index.ts";
import { requireProgram } from "../program.ts";

/** Throws without ssh, and where commands cannot be isolated, which a container often forbids. */
export function setup(): void {
  requireProgram("ssh", "they ask it which configuration it reads");
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
