import { realpathSync } from "node:fs";
import { join } from "node:path";
import { AppError, notFound } from "../errors.ts";
import { createLruMap } from "../ports/lru-map.ts";
import { ignoreFailpoints, type ReachFailpoint } from "../ports/failpoint.ts";
import type { Sandbox, SandboxGrants, SandboxLimits } from "../ports/sandbox.ts";
import type { CommandGrants, WorkspaceHost, WorkspaceHosts } from "../workspace.ts";
import type { FileOwner } from "./files/owner.ts";
import { createTemporaryFileNotes, type TemporaryFiles } from "./files/temporary-file-notes.ts";
import { type ContainedFiles, createWorkspaceFiles } from "./files/workspace-files.ts";
import type { Processes } from "./processes/processes.ts";
import { createRunProcess } from "./run-process.ts";
import { createGlob } from "./search/glob.ts";
import { createGrep } from "./search/grep.ts";
import { createList } from "./search/list.ts";
import { createRipgrep } from "./search/ripgrep.ts";
import { defaultLimits } from "./sandbox/limits/default-limits.ts";
import { insidePaths } from "./sandbox/view/mounts.ts";
import { createShell } from "./shell/shell.ts";

export interface WorkspaceHostsOptions {
  /** Absolute. Contains one folder for each workspace, named by its id. */
  workspacesDir: string;
  sandbox: Sandbox;
  /** What a person has granted the commands of a workspace. Read at each command. By default nothing. */
  grantsOf?: ((workspaceId: string) => CommandGrants) | undefined;
  limits?: SandboxLimits | undefined;
  /** The user under which commands run, if it is another one than that of the server: it gets what the server writes. */
  owner?: FileOwner | undefined;
  processes: Processes;
  reach?: ReachFailpoint;
}

export interface LocalWorkspaceHosts extends WorkspaceHosts {
  /** Removes temporary files that earlier runs left when they ended during a write. Call it before anything is written. */
  clear(): Promise<void>;
}

/** This many hosts are kept in memory. */
const hostsMax = 256;

export function createWorkspaceHosts(options: WorkspaceHostsOptions): LocalWorkspaceHosts {
  const notes = createTemporaryFileNotes(join(options.workspacesDir, ".server", "unfinished"));
  const open = createOpenHost(options, notes);
  return {
    open,
    forget: (workspaceId) => options.sandbox.forget(workspaceId),
    clear: async () => {
      for (const { workspaceId, path, forget } of notes.leftOver()) {
        await removeFrom(() => open(workspaceId).files, path);
        forget();
      }
    },
  };
}

/** Keeps the hosts that were used last. */
function createOpenHost(
  options: WorkspaceHostsOptions,
  notes: ReturnType<typeof createTemporaryFileNotes>,
): (workspaceId: string) => ContainedHost {
  const hosts = createLruMap<string, ContainedHost>(hostsMax);
  return (workspaceId) => {
    const given = join(options.workspacesDir, checkId(workspaceId));
    const root = realRoot(options.workspacesDir, workspaceId);
    const known = hosts.get(root);
    if (known !== undefined) return known;
    const host = createHost(root, given, { ...options, workspaceId, unfinished: notes.of(workspaceId) });
    hosts.set(root, host);
    return host;
  };
}

async function removeFrom(files: () => ContainedFiles, path: string): Promise<void> {
  try {
    await files().remove(path);
  } catch {
    // Its folder or workspace is gone, or another kind of entry has taken its place.
  }
}

type ContainedHost = WorkspaceHost & { files: ContainedFiles };

function checkId(workspaceId: string): string {
  if (!/^wsp_[0-9a-z]{1,64}$/.test(workspaceId)) throw notFound("workspace", workspaceId);
  return workspaceId;
}

/** Resolves links above the folder of a workspace. The folder itself is never a link. */
function realRoot(workspacesDir: string, workspaceId: string): string {
  try {
    return join(realpathSync(workspacesDir), workspaceId);
  } catch (cause) {
    throw new AppError("workspace-not-ready", "The folder of this workspace is missing.", { cause });
  }
}

function createHost(
  root: string,
  given: string,
  options: WorkspaceHostsOptions & { workspaceId: string; unfinished: TemporaryFiles },
): ContainedHost {
  const { processes, sandbox, owner, reach = ignoreFailpoints, unfinished } = options;
  const files = createWorkspaceFiles(root, {
    aliases: [given, insidePaths.workspace],
    owner,
    unfinished,
    reach,
  });
  const ripgrep = createRipgrep(root, createRunProcess(processes));
  const grants = () => grantsFor(options, root);
  return {
    root,
    workingFolder: sandbox.workingFolderOf(root),
    files,
    shell: createShell({ root, files, sandbox, programs: processes.programs, grants, reach }),
    search: {
      glob: createGlob({ root, files }, ripgrep),
      grep: createGrep({ root, files }, ripgrep),
      list: createList({ root, files }, ripgrep),
    },
    keep: (name, text) => keep(files, name, text),
  };
}

const noGrants: CommandGrants = { network: "none", isGitConfigWritable: false, variables: {} };

function grantsFor(
  { workspaceId, grantsOf, limits = defaultLimits() }: WorkspaceHostsOptions & { workspaceId: string },
  root: string,
): SandboxGrants {
  const { network, isGitConfigWritable, variables } = grantsOf?.(workspaceId) ?? noGrants;
  return {
    workspace: { id: workspaceId, root, isGitConfigWritable },
    network,
    environment: variables,
    limits,
  };
}

async function keep(files: ContainedFiles, name: string, text: string): Promise<string> {
  const safe =
    name
      .replace(/[^A-Za-z0-9._-]/g, "_")
      .replace(/^[.]+/, "_")
      .slice(-120) || "text";
  const path = `.talkcody/output/${safe}`;
  await files.write(path, text);
  return path;
}
