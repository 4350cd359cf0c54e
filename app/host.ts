import { join } from "node:path";
import type { Config } from "../lib/config/config.ts";
import {
  createGit,
  createReachability,
  createRunProgramFile,
  createSandbox,
  createWorkspaceHosts,
  openProcesses,
  type Processes,
  readAuthor,
  removeStaleLocks,
} from "../lib/platform/index.ts";
import type { Runtime } from "../lib/core/index.ts";
import type { ReachFailpoint } from "../lib/ports/failpoint.ts";

export interface HostOptions {
  reach: ReachFailpoint;
  variables: Pick<Runtime["variables"], "grantsOf">;
  /** Leaves alone the processes of earlier runs: they may be on the host of the server that comes back. */
  keepsEarlierRuns?: boolean;
}

export type Host = Awaited<ReturnType<typeof openHost>>;

/** Processes, workspaces, git and the sandbox of this host, without what earlier runs left running or locked. */
export async function openHost(
  config: Readonly<Config>,
  { reach, keepsEarlierRuns, variables }: HostOptions,
) {
  const { grantsOf } = variables;
  const environment = config.commandEnvironment;
  const processes = openProcesses(config);
  if (!keepsEarlierRuns) await processes.reap(() => removeStaleLocks(config.workspacesDir));
  const sandbox = openSandbox(config, processes);
  const owner = ownerOf(config);
  const hosts = createWorkspaceHosts({ ...config, owner, sandbox, processes, reach, grantsOf });
  await hosts.clear();
  const git = createGit({ ...config, owner, environment, processes, reach });
  const close = () => {
    sandbox.close();
    processes.close();
  };
  const isReachable = createReachability(config.reachableNetworks);
  return { git, hosts, isReachable, sandbox, run: createRunProgramFile(processes, environment), close };
}

function openSandbox(config: Readonly<Config>, processes: Processes) {
  const { dataDir, workspacesDir, commandEnvironment } = config;
  return createSandbox({
    ...{ processes, mode: config.sandbox, toolUid: config.toolUid, toolPaths: config.toolPaths },
    ...{ environment: commandEnvironment, hostVariables: config.toolchainVariables },
    folder: join(workspacesDir, ".server", "sandbox"),
    productFolder: join(import.meta.dirname, ".."),
    privateFolders: [dataDir, workspacesDir],
    author: () => readAuthor(processes, commandEnvironment),
    proxyEnvironment: {},
    onConnection: (socket) => socket.destroy(),
  });
}

/** Commands never run as root: the workspaces of a root server belong to another user. */
function ownerOf({ sandbox, toolUid }: Readonly<Config>) {
  return process.getuid?.() === 0 && sandbox !== "off" ? { uid: toolUid, gid: toolUid } : undefined;
}
