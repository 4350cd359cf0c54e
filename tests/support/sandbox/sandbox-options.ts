import { join } from "node:path";
import { ownerOfWorkspaces, type Processes, type SandboxOptions } from "../../../lib/platform/index.ts";

const toolUid = 60_917;

/** The real sandbox of this host, or none. */
export function sandboxOptions(options: {
  processes: Processes;
  mode: SandboxOptions["mode"];
  workspacesDir: string;
}): SandboxOptions {
  return {
    ...{ processes: options.processes, mode: options.mode },
    ...{ toolUid, toolPaths: [], hostVariables: {}, proxyEnvironment: {} },
    environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: process.env["HOME"] ?? "/" },
    folder: join(options.workspacesDir, ".server", "sandbox"),
    productFolder: join(import.meta.dirname, "../../.."),
    privateFolders: [options.workspacesDir],
    author: async () => ({ name: "Ann", email: "ann@example.com" }),
    proxy: { handle: (connection) => void connection.destroy(), endWorkspace: () => {} },
  };
}

/** As the host does it: a root server gives workspaces to another user. */
export function ownerFor(mode: SandboxOptions["mode"]) {
  return mode === "off" ? undefined : ownerOfWorkspaces(toolUid);
}
