import { join } from "node:path";
import type { SandboxGrants } from "../../../ports/sandbox.ts";
import { removeFolder } from "../../remove-folder.ts";
import { openNamespaces } from "../mechanisms/mechanism.ts";
import type { MechanismContext } from "../mechanisms/types.ts";
import type { Namespaces } from "../mechanisms/namespaces.ts";
import type { SandboxOptions } from "../options.ts";
import { makeToolFolder } from "../tool-user.ts";
import type { Mount } from "../view/mounts.ts";
import { workspaceMounts, type WorkspaceFolders } from "../view/view.ts";

export interface OpenWorkspace {
  folders: WorkspaceFolders;
  mounts: Mount[];
  namespaces: Namespaces;
}

export interface WorkspacesOptions {
  mechanism: MechanismContext;
  /** Contains the private homes and temporary folders. */
  folder: string;
  /** What every workspace sees. */
  shared: readonly Mount[];
  proxy: SandboxOptions["proxy"];
}

/** This many workspaces keep their namespaces while no program runs in them. */
const idleMax = 64;

interface Entry {
  opened: Promise<OpenWorkspace>;
  /** Programs that run. */
  running: number;
}

/** The folders and namespaces of workspaces, made at the first program and kept for the next. */
export function createOpenWorkspaces(options: WorkspacesOptions) {
  const entries = new Map<string, Entry>(); // In the order of their last use.
  return {
    /** Opens the workspace for a program. Call `done` when it has ended. */
    open: (workspace: SandboxGrants["workspace"]) => openEntry(options, entries, workspace),
    forget: async (id: string): Promise<void> => {
      const entry = entries.get(id);
      entries.delete(id);
      if (entry !== undefined) await close(entry);
      options.proxy.endWorkspace(id);
      await removeWorkspaceFolders(options.folder, id);
    },
    close: () => {
      for (const entry of entries.values()) void close(entry);
    },
  };
}

async function openEntry(
  options: WorkspacesOptions,
  entries: Map<string, Entry>,
  { id, root }: SandboxGrants["workspace"],
): Promise<OpenWorkspace & { done(): void }> {
  const entry = entries.get(id) ?? { opened: openWorkspace(options, id, root), running: 0 };
  entries.delete(id);
  entries.set(id, entry);
  entry.running += 1;
  try {
    return { ...(await entry.opened), done: () => leaveEntry(entries, entry) };
  } catch (error) {
    if (entries.get(id) === entry) entries.delete(id); // The next program tries again.
    throw error;
  }
}

function leaveEntry(entries: Map<string, Entry>, entry: Entry): void {
  entry.running -= 1;
  const idle = [...entries].filter(([, { running }]) => running === 0);
  for (const [id, oldest] of idle.slice(0, Math.max(0, idle.length - idleMax))) {
    entries.delete(id);
    void close(oldest);
  }
}

async function openWorkspace(options: WorkspacesOptions, id: string, root: string): Promise<OpenWorkspace> {
  const folders = { root, home: homeOf(options.folder, id), temporary: temporaryOf(options.folder, id) };
  for (const folder of [folders.home, folders.temporary]) makeToolFolder(folder, options.mechanism.user);
  const mounts = [...options.shared, ...workspaceMounts(folders)].toSorted(
    (a, b) => a.target.length - b.target.length,
  );
  const namespaces = await openNamespaces(options.mechanism, mounts, (socket) =>
    options.proxy.handle(socket, { workspaceId: id }),
  );
  return { folders, mounts, namespaces };
}

async function close({ opened }: Entry): Promise<void> {
  await opened.then(({ namespaces }) => namespaces.close()).catch(() => {}); // It was never open.
}

/** Removes the private home and the temporary folder of a workspace. */
export async function removeWorkspaceFolders(folder: string, id: string): Promise<void> {
  await Promise.all([homeOf(folder, id), temporaryOf(folder, id)].map(removeFolder));
}

/** Removes what commands of earlier runs of the server left in their temporary folders. */
export function removeTemporaryFolders(folder: string): Promise<void> {
  return removeFolder(join(folder, "temporary"));
}

export function homeOf(folder: string, id: string): string {
  return join(folder, "homes", id);
}

export function temporaryOf(folder: string, id: string): string {
  return join(folder, "temporary", id);
}
