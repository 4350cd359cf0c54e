import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox, openProcesses } from "../../lib/platform/index.ts";
import type { Sandbox } from "../../lib/ports/sandbox.ts";
import { quantile } from "../quantile.ts";

const rounds = 40;

/** What the sandbox adds to `bash -c true`, in milliseconds. The two alternate, so that a slow moment affects both. */
export async function commandOverhead(): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-bench-sandbox-"));
  const { sandbox, close } = openSandbox(folder);
  try {
    const root = join(folder, "workspace");
    mkdirSync(root);
    await timeInside(sandbox, root); // Tests the sandbox, and opens the workspace.
    const added: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const bare = await timeBare(root);
      added.push((await timeInside(sandbox, root)) - bare);
    }
    return [quantile(added, 0.5)];
  } finally {
    close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function openSandbox(folder: string): { sandbox: Sandbox; close(): void } {
  const processes = openProcesses({ dataDir: join(folder, "data") });
  const sandbox = createSandbox({
    ...{ processes, mode: "auto", toolUid: 60_917, toolPaths: [], hostVariables: {}, proxyEnvironment: {} },
    environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: process.env["HOME"] ?? "/" },
    folder: join(folder, "sandbox"),
    productFolder: join(import.meta.dirname, "../.."),
    privateFolders: [join(folder, "data")],
    author: () => Promise.resolve({ name: "Bench", email: "bench@localhost" }),
    proxy: { handle: (connection) => void connection.destroy(), endWorkspace: () => {} },
  });
  const close = () => {
    sandbox.close();
    processes.close();
  };
  return { sandbox, close };
}

async function timeInside(sandbox: Sandbox, root: string): Promise<number> {
  const startedAt = performance.now();
  const program = await sandbox.launch(
    { file: "/bin/bash", args: ["-c", "true"] },
    {
      workspace: { id: "wsp_1", root, isGitConfigWritable: false },
      network: "none",
      environment: {},
      limits,
    },
  );
  await program.ended;
  const took = performance.now() - startedAt;
  await program.release();
  return took;
}

const GiB = 1024 ** 3;
const limits = {
  ...{ processes: 512, memoryBytes: GiB, fileBytes: GiB, openFiles: 1024, workspaceBytes: GiB },
};

async function timeBare(cwd: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn("/bin/bash", ["-c", "true"], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  await new Promise((resolve) => child.once("exit", resolve));
  return performance.now() - startedAt;
}
