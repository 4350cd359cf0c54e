import { ignoreFailpoints, type ReachFailpoint } from "../../ports/failpoint.ts";
import { type ResolveHost, resolveHost } from "../addresses/find-addresses.ts";
import { createReachability, type IsReachable } from "../addresses/reachable-address.ts";
import { createGiveFolder } from "../files/give-folder.ts";
import type { FileOwner } from "../files/owner.ts";
import type { Processes } from "../processes/processes.ts";
import { type AskGit, createAskGit } from "./ask-git.ts";
import type { CloneContext } from "./clone/clone.ts";
import { createRunGit } from "./run-git.ts";
import { createWorkspacePaths } from "./workspace-paths.ts";

export interface GitOptions {
  /** Absolute. Contains one folder for each workspace, named by its id. */
  workspacesDir: string;
  /** Whether file paths, `file://` and loopback hosts may be cloned. */
  allowLocalRepositories: boolean;
  /** By default public addresses only. */
  isReachable?: IsReachable;
  resolve?: ResolveHost;
  /** The environment of the server, of which git gets a few variables. */
  environment: Readonly<Record<string, string>>;
  /** The server's own folder. Commands do not see it. */
  dataDir: string;
  /** Clone and sync fail when the remote sends nothing for this long. By default two minutes. */
  silenceMs?: number;
  /** The user under which commands run, if it is another one than that of the server: it gets what git writes. */
  owner?: FileOwner | undefined;
  processes: Processes;
  reach?: ReachFailpoint;
}

export interface GitContext extends CloneContext {
  askGit: AskGit;
}

export function createGitContext(options: GitOptions): GitContext {
  const { processes, allowLocalRepositories } = options;
  const { silenceMs = 120_000, reach = ignoreFailpoints } = options;
  const { isReachable = createReachability(), resolve = resolveHost } = options;
  return {
    places: createWorkspacePaths(options.workspacesDir),
    runGit: createRunGit(options),
    askGit: createAskGit(processes),
    hasSsh: () => processes.programs.lookFor("ssh") !== undefined,
    giveFolder: createGiveFolder(processes, options.owner),
    ...{ allowLocalRepositories, isReachable, resolve },
    silenceMs,
    reach,
  };
}
