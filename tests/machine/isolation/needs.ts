import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox, openProcesses } from "../../../lib/platform/index.ts";
import { sandboxOptions } from "../../support/sandbox/sandbox-options.ts";

/** Throws where there can be no sandbox, which a container often forbids. */
export async function setup(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "talkcody-isolation-"));
  const processes = openProcesses({ dataDir });
  const workspacesDir = join(dataDir, "workspaces");
  const sandbox = createSandbox(sandboxOptions({ processes, mode: "auto", workspacesDir }));
  try {
    const { state, reason, fix } = await sandbox.ready();
    if (state !== "on") throw new Error(`These tests need the sandbox. ${reason} ${fix}`);
  } finally {
    sandbox.close();
    processes.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
