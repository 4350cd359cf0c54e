import { realpathSync } from "node:fs";
import { join } from "node:path";
import { AppError, notFound } from "../errors.ts";
import { createLruMap } from "../ports/lru-map.ts";
import { ignoreFailpoints, type ReachFailpoint } from "../ports/failpoint.ts";
import type { WorkspaceHost, WorkspaceHosts } from "../workspace.ts";
import { createTemporaryFileNotes, type TemporaryFiles } from "./files/temporary-file-notes.ts";
import { type ContainedFiles, createWorkspaceFiles } from "./files/workspace-files.ts";
import type { Processes } from "./processes/processes.ts";
import { createRunProcess } from "./run-process.ts";
import { createGlob } from "./search/glob.ts";
import { createGrep } from "./search/grep.ts";
import { createList } from "./search/list.ts";
import { createRipgrep } from "./search/ripgrep.ts";
import { canIsolate } from "./shell/isolation.ts";
import { createShell } from "./shell/shell.ts";

export interface WorkspaceHostsOptions {
  /** Absolute. Contains one folder for each workspace, named by its id. */
  workspacesDir: string;
  /** Everything that commands get of the environment. */
  environment: Readonly<Record<string, string>>;
  /** The server's own folder. Isolated commands see nothing of it except their workspace. */
  dataDir?: string;
  /** More absolute paths that isolated commands do not see. */
  hiddenPaths?: readonly string[];
  isolation?: "auto" | "off";
  processes: Processes;
  reach?: ReachFailpoint;
}

export interface LocalWorkspaceHosts extends WorkspaceHosts {
  /** Whether commands run in their own namespaces. The first call tries it. */
  isIsolating(): boolean;
  /** Removes temporary files that earlier runs left when they ended during a write. Call it before anything is written. */
  clear(): Promise<void>;
}

/** This many hosts are kept in memory. */
const hostsMax = 256;

export function createWorkspaceHosts(options: WorkspaceHostsOptions): LocalWorkspaceHosts {
  const notes = createTemporaryFileNotes(join(options.workspacesDir, ".server", "unfinished"));
  const open = createOpenHost(options, notes);
  return {
    isIsolating: () => options.isolation !== "off" && canIsolate(options.processes.programs),
    open,
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
    const host = createHost(root, given, { ...options, unfinished: notes.of(workspaceId) });
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
  options: WorkspaceHostsOptions & { unfinished: TemporaryFiles },
): ContainedHost {
  const { processes, environment, isolation = "auto", reach = ignoreFailpoints, unfinished } = options;
  const files = createWorkspaceFiles(root, { aliases: [given], unfinished, reach });
  const ripgrep = createRipgrep(root, createRunProcess(processes));
  const hiddenPaths = hiddenPathsOf(options);
  return {
    root,
    files,
    shell: createShell({ root, files, environment, hiddenPaths, isolation, processes, reach }),
    search: {
      glob: createGlob({ root, files }, ripgrep),
      grep: createGrep({ root, files }, ripgrep),
      list: createList({ root, files }, ripgrep),
    },
    keep: (name, text) => keep(files, name, text),
  };
}

function hiddenPathsOf({ workspacesDir, dataDir, hiddenPaths = [] }: WorkspaceHostsOptions): string[] {
  return [workspacesDir, ...(dataDir === undefined ? [] : [dataDir]), ...hiddenPaths];
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
