import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ownerFor } from "../../support/sandbox/sandbox-options.ts";
import { root } from "../../support/server/server-process.ts";

/** What a root server finds in a user namespace that has no other user than root. */
function inNamespaceOfRoot(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-no-user-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = `
    const { createSandbox, openProcesses, ownerOfWorkspaces } = await import("${root}/lib/platform/index.ts");
    const { sandboxOptions } = await import("${root}/tests/support/sandbox/sandbox-options.ts");
    const processes = openProcesses({ dataDir: "${folder}" });
    const sandbox = createSandbox(sandboxOptions({ processes, mode: "auto", workspacesDir: "${folder}/workspaces" }));
    ${code}`;
  const args = ["--user", "--map-root-user", process.execPath, "--input-type=module", "-e", script];
  return spawnSync("unshare", args, { encoding: "utf8" }).stdout;
}

test("where the user of commands does not exist, nothing is given to it, and commands are refused with the reason", () => {
  const code =
    "console.log(ownerOfWorkspaces(60917), (await sandbox.ready()).state, sandbox.report().reason)";
  expect(inNamespaceOfRoot(code)).toMatch(/^undefined refused .*there is no user 60917 for commands here/);
});

test.runIf(process.getuid?.() === 0)("where it exists, root gives workspaces to it", () => {
  expect(ownerFor("auto")).toEqual({ uid: 60_917, gid: 60_917 });
});
