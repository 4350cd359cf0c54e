import { realpathSync } from "node:fs";
import { join } from "node:path";
import { AppError, notFound } from "../errors.ts";
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
  /** Absolute. Holds one folder for each workspace, named by its id. */
  workspacesDir: string;
  /** All that commands get of the environment. */
  environment: Readonly<Record<string, string>>;
  /** The server's own folder: commands do not see it, apart from their workspace, where the host can isolate them. */
  dataDir?: string;
  /** Further absolute paths that commands must not see. */
  hiddenPaths?: readonly string[];
  isolation?: "auto" | "off";
  processes: Processes;
  reach?: ReachFailpoint;
}

export interface LocalWorkspaceHosts extends WorkspaceHosts {
  /** Whether commands run in namespaces of their own. Tried once, at the first question. */
  isIsolating(): boolean;
  /** Removes the temporary files of writes that the end of an earlier run cut. Call it before anything is written. */
  clear(): Promise<void>;
}

/** As many workspaces are kept open; one that was dropped is opened anew. */
const hostsMax = 256;

export function createWorkspaceHosts(options: WorkspaceHostsOptions): LocalWorkspaceHosts {
  const hosts = new Map<string, ContainedHost>();
  const unfinished = createTemporaryFileNotes(join(options.workspacesDir, ".server", "unfinished"));
  const open = (workspaceId: string): ContainedHost => {
    const given = join(options.workspacesDir, checked(workspaceId));
    const root = realRoot(options.workspacesDir, workspaceId);
    const host =
      hosts.get(root) ?? createHost(root, given, { ...options, unfinished: unfinished.of(workspaceId) });
    hosts.delete(root);
    hosts.set(root, host); // The last one of the map is the one used last.
    const [oldest = root] = hosts.keys();
    if (hosts.size > hostsMax) hosts.delete(oldest);
    return host;
  };
  return {
    isIsolating: () => options.isolation !== "off" && canIsolate(),
    open,
    clear: async () => {
      for (const { workspaceId, path, forget } of unfinished.leftOver()) {
        await removeFrom(() => open(workspaceId).files, path);
        forget();
      }
    },
  };
}

async function removeFrom(files: () => ContainedFiles, path: string): Promise<void> {
  try {
    await files().remove(path);
  } catch {
    // Its folder or its workspace is gone, or is now something that no write of ours can have left.
  }
}

type ContainedHost = WorkspaceHost & { files: ContainedFiles };

function checked(workspaceId: string): string {
  if (!/^wsp_[0-9a-z]{1,64}$/.test(workspaceId)) throw notFound("workspace", workspaceId);
  return workspaceId;
}

/** The folder of a workspace is never a link itself, only what is above it may be. */
function realRoot(workspacesDir: string, workspaceId: string): string {
  try {
    return join(realpathSync(workspacesDir), workspaceId);
  } catch (cause) {
    throw new AppError("workspace-not-ready", "The folder of this workspace is gone.", { cause });
  }
}

function createHost(
  root: string,
  given: string,
  options: WorkspaceHostsOptions & { unfinished: TemporaryFiles },
): ContainedHost {
  const { workspacesDir, dataDir, environment, isolation = "auto", reach = ignoreFailpoints } = options;
  const files = createWorkspaceFiles(root, { aliases: [given], unfinished: options.unfinished, reach });
  const place = { root, files };
  const ripgrep = createRipgrep(root, createRunProcess(options.processes));
  const hiddenPaths = [
    workspacesDir,
    ...(dataDir === undefined ? [] : [dataDir]),
    ...(options.hiddenPaths ?? []),
  ];
  return {
    root,
    files,
    shell: createShell({
      root,
      files,
      environment,
      hiddenPaths,
      isolation,
      processes: options.processes,
      reach,
    }),
    search: {
      glob: createGlob(place, ripgrep),
      grep: createGrep(place, ripgrep),
      list: createList(place, ripgrep),
    },
    keep: (name, text) => keep(files, name, text),
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
