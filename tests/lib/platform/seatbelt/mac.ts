import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createSandbox, type SandboxOptions } from "../../../../lib/platform/index.ts";
import { findSandboxPrograms } from "../../../../lib/platform/sandbox/programs.ts";
import { createSeatbeltLauncher } from "../../../../lib/platform/sandbox/seatbelt/launcher.ts";
import { findToolUser } from "../../../../lib/platform/sandbox/tool-user.ts";
import type { SandboxedProgram, SandboxGrants } from "../../../../lib/ports/sandbox.ts";
import { sandboxOptions } from "../../../support/sandbox/sandbox-options.ts";
import { openTestProcesses, temporaryFolder } from "../place.ts";

/**
 * Stands for sandbox-exec of macOS: it writes its arguments down and runs the command, without any protection. `refuse`
 * beside it makes it refuse the profile.
 */
const sandboxExec = `#!/bin/sh
here=$(dirname "$0")
printf '%s\\0' "$@" > "$here/arguments"
if [ -e "$here/refuse" ]; then echo "sandbox-exec: the profile is not valid" >&2; exit 65; fi
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
`;

export const limits = {
  ...{ processes: 100, memoryBytes: 2 ** 30, fileBytes: 2 ** 20 },
  ...{ openFiles: 64, workspaceBytes: 2 ** 30 },
};

/** A host that takes itself for a Mac. */
export function openMac({ hasSandboxExec = true } = {}) {
  const folder = temporaryFolder();
  const programs = join(folder, "programs");
  const workspacesDir = join(folder, "workspaces");
  for (const each of [programs, workspacesDir]) mkdirSync(each);
  if (hasSandboxExec) writeFileSync(join(programs, "sandbox-exec"), sandboxExec);
  if (hasSandboxExec) chmodSync(join(programs, "sandbox-exec"), 0o755);
  const processes = openTestProcesses({ dataDir: folder, programPaths: [programs] });
  const connections: { authorization: string | undefined; workspaceId: string }[] = [];
  const options: SandboxOptions = {
    ...sandboxOptions({ processes, mode: "auto", workspacesDir }),
    platform: "darwin",
    proxy: {
      handle: (connection, { workspaceId, authorization }) => {
        connections.push({ authorization, workspaceId });
        connection.end("served");
      },
      endWorkspace: () => {},
    },
  };
  const sandbox = createSandbox(options);
  onTestFinished(() => sandbox.close());
  return {
    ...{ sandbox, options, connections, workspacesDir },
    refuseProfiles: () => writeFileSync(join(programs, "refuse"), ""),
    /** Of the last start. */
    arguments: () => readFileSync(join(programs, "arguments"), "utf8").split("\0").slice(0, -1),
  };
}

type Mac = ReturnType<typeof openMac>;

/** The launcher behind the self-test, which the program that stands for sandbox-exec cannot pass. */
export async function openLauncher({ options }: Mac) {
  const launcher = await createSeatbeltLauncher(options, {
    ...{ name: "seatbelt", stage: "", user: findToolUser(options.toolUid) },
    programs: findSandboxPrograms(options.processes.programs),
  });
  onTestFinished(() => launcher.close());
  return { launcher };
}

export function grantsFor({ workspacesDir }: Mac, id = "wsp_one"): SandboxGrants {
  const root = join(workspacesDir, id);
  mkdirSync(join(root, ".git"), { recursive: true });
  writeFileSync(join(root, ".git/config"), "");
  return { workspace: { id, root, isGitConfigWritable: false }, network: "none", environment: {}, limits };
}

export async function endOf(program: SandboxedProgram) {
  const [output, errors] = [textOf(program.stdout), textOf(program.stderr)];
  const ended = await program.ended;
  await program.release();
  return { ...ended, output: await output, errors: await errors, limit: program.limit() };
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
