import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createSandbox, type SandboxOptions } from "../../../../lib/platform/index.ts";
import { defaultLimits } from "../../../../lib/platform/sandbox/limits/default-limits.ts";
import type { SandboxGrants, SandboxLimits } from "../../../../lib/ports/sandbox.ts";
import { sandboxOptions } from "../../../support/sandbox/sandbox-options.ts";
import { openTestProcesses, temporaryFolder } from "../place.ts";

/** The sandbox of this host, and a workspace in it. */
export function openSandbox(mode: SandboxOptions["mode"] = "auto", changes: Partial<SandboxOptions> = {}) {
  const dataDir = temporaryFolder();
  const workspacesDir = join(dataDir, "workspaces");
  const root = join(workspacesDir, "wsp_1");
  mkdirSync(root, { recursive: true });
  const processes = openTestProcesses({ dataDir });
  const sandbox = createSandbox({ ...sandboxOptions({ processes, mode, workspacesDir }), ...changes });
  onTestFinished(() => sandbox.close());
  const run = async (
    command: string,
    given: Partial<SandboxGrants> & { bounds?: Partial<SandboxLimits> } = {},
  ) => {
    const { bounds = {}, ...grants } = given;
    const program = await sandbox.launch(
      { file: "/bin/sh", args: ["-c", command] },
      {
        workspace: { id: "wsp_1", root, isGitConfigWritable: false },
        ...{ network: "none", environment: {}, limits: { ...defaultLimits(), ...bounds } },
        ...grants,
      },
    );
    const [output, errors] = [textOf(program.stdout), textOf(program.stderr)];
    const ended = await program.ended;
    await program.release();
    return { ...ended, limit: program.limit(), output: await output, errors: await errors };
  };
  return { dataDir, root, sandbox, run };
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
