import { join } from "node:path";
import type { Config } from "../lib/config/config.ts";
import {
  createGit,
  createNetworkProxy,
  createReachability,
  createRunProgramFile,
  createSandbox,
  createWorkspaceHosts,
  type IsReachable,
  openProcesses,
  ownerOfWorkspaces,
  proxyEnvironment,
  type Processes,
  readAuthor,
  removeStaleLocks,
} from "../lib/platform/index.ts";
import type { HostGate, NetworkProxy } from "../lib/ports/network.ts";
import type { Variables } from "../lib/ports/services.ts";
import type { ReachFailpoint } from "../lib/ports/failpoint.ts";

export interface HostOptions {
  reach: ReachFailpoint;
  variables: Pick<Variables, "grantsOf">;
  /** Asked when the first command connects. */
  hostGate(): HostGate;
  /** Leaves alone the processes of earlier runs: they may be on the host of the server that comes back. */
  keepsEarlierRuns?: boolean;
}

export type Host = Awaited<ReturnType<typeof openHost>>;

/** Processes, workspaces, git and the sandbox of this host, without what earlier runs left running or locked. */
export async function openHost(config: Readonly<Config>, options: HostOptions) {
  const { reach, keepsEarlierRuns } = options;
  const { grantsOf } = options.variables;
  const environment = config.commandEnvironment;
  const processes = openProcesses(config);
  if (!keepsEarlierRuns) await processes.reap(() => removeStaleLocks(config.workspacesDir));
  const isReachable = createReachability(config.reachableNetworks);
  const proxy = openProxy(options, isReachable);
  const sandbox = openSandbox(config, { processes, proxy });
  const owner = config.sandbox === "off" ? undefined : ownerOfWorkspaces(config.toolUid);
  const hosts = createWorkspaceHosts({ ...config, owner, sandbox, processes, reach, grantsOf });
  await hosts.clear();
  const git = createGit({ ...config, owner, environment, isReachable, processes, reach });
  const close = () => {
    proxy.close();
    sandbox.close();
    processes.close();
  };
  return { git, hosts, isReachable, sandbox, run: createRunProgramFile(processes, environment), close };
}

function openProxy({ hostGate }: HostOptions, isReachable: IsReachable): NetworkProxy {
  const gate: HostGate = {
    decide: (...connection) => hostGate().decide(...connection),
    noteUnreachable: (...target) => hostGate().noteUnreachable(...target),
  };
  return createNetworkProxy({ gate, isReachable });
}

function openSandbox(
  config: Readonly<Config>,
  { processes, proxy }: { processes: Processes; proxy: NetworkProxy },
) {
  const { dataDir, workspacesDir, commandEnvironment } = config;
  return createSandbox({
    ...{ processes, mode: config.sandbox, toolUid: config.toolUid, toolPaths: config.toolPaths },
    ...{ environment: commandEnvironment, hostVariables: config.toolchainVariables },
    folder: join(workspacesDir, ".server", "sandbox"),
    productFolder: join(import.meta.dirname, ".."),
    privateFolders: [dataDir, workspacesDir],
    author: () => readAuthor(processes, commandEnvironment),
    proxyEnvironment: proxyEnvironment(),
    proxy,
  });
}
