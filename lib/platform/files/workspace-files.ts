import type { Stats } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { ignoreFailpoints, type ReachFailpoint } from "../../ports/failpoint.ts";
import type { WorkspaceFiles } from "../../workspace.ts";
import { existingFile, newFile } from "./open-flags.ts";
import { type FileOwner, giveFile } from "./owner.ts";
import { fileFailure, notAFile, refusal, segmentsOf } from "./path-rules.ts";
import { describeStat, readEntry } from "./read-entry.ts";
import type { TemporaryFiles } from "./temporary-file-notes.ts";
import { replaceFile } from "./replace-file.ts";
import { type WalkedEntry, walk } from "./walk.ts";

/** Adds to the port what the shell and the search of the same workspace need. */
export interface ContainedFiles extends WorkspaceFiles {
  /** Creates or empties a file and returns it open for writing. */
  create(path: string): Promise<FileHandle>;
  /** Removes a file; of a link, the link itself. */
  remove(path: string): Promise<void>;
  /** Runs `work` with the entry at a path while its folder is held open. Undefined when nothing is there. */
  visit<T>(path: string, work: (entry: ExistingEntry) => Promise<T>): Promise<T | undefined>;
}

export type ExistingEntry = WalkedEntry & { stat: Stats };

export interface WorkspaceFilesOptions {
  /** Other absolute paths that mean the root. */
  aliases?: readonly string[];
  /** Gets what is created. Undefined where that is the user of the server. */
  owner?: FileOwner | undefined;
  /** Records temporary files until they are gone. */
  unfinished: TemporaryFiles;
  reach?: ReachFailpoint;
}

/** `root` is absolute and without links. All methods throw ToolFailure for what a path or the file system does not allow. */
export function createWorkspaceFiles(root: string, options: WorkspaceFilesOptions): ContainedFiles {
  const { aliases = [], owner, unfinished, reach = ignoreFailpoints } = options;
  const workspace: Workspace = { root, roots: [root, ...aliases], owner, unfinished, reach };
  return {
    visit: (path, work) => visit(workspace, path, work),
    relative: (path) => segmentsIn(workspace, path).join("/") || ".",
    stat: (path) => visit(workspace, path, async ({ stat }) => describeStat(stat)),
    read: (path, bytesMax) => readFile(workspace, path, bytesMax),
    write: (path, content) => writeFile(workspace, path, content),
    sync: (path) => visit(workspace, path, syncEntry),
    remove: (path) => withFileErrors(path, () => removeEntry(workspace, path)),
    create: (path) => withFileErrors(path, () => createFile(workspace, path)),
  };
}

interface Workspace {
  root: string;
  /** The root and its aliases. */
  roots: readonly string[];
  owner: FileOwner | undefined;
  unfinished: TemporaryFiles;
  reach: ReachFailpoint;
}

function segmentsIn({ roots }: Workspace, path: string): string[] {
  return segmentsOf(path, roots);
}

function visit<T>(
  workspace: Workspace,
  path: string,
  work: (entry: ExistingEntry) => Promise<T>,
): Promise<T | undefined> {
  return withFileErrors(path, async () => {
    const entry = await walk({ root: workspace.root, segments: segmentsIn(workspace, path) });
    return entry && whileHeld(entry, () => (entry.stat ? work({ ...entry, stat: entry.stat }) : undefined));
  });
}

async function readFile(workspace: Workspace, path: string, bytesMax: number): Promise<Uint8Array> {
  const bytes = await visit(workspace, path, (entry) =>
    readEntry(entry, { root: workspace.root, path, bytesMax }),
  );
  if (bytes === undefined) throw refusal("not-found", `${path} does not exist in the workspace.`);
  return bytes;
}

function writeFile(workspace: Workspace, path: string, content: string | Uint8Array): Promise<void> {
  return withFileErrors(path, async () => {
    const entry = await entryForFile(workspace, path);
    await whileHeld(entry, () => replaceFile(entry, { ...workspace, content }));
  });
}

async function createFile(workspace: Workspace, path: string): Promise<FileHandle> {
  const entry = await entryForFile(workspace, path);
  return whileHeld(entry, async () => {
    await unlink(entry.folder.at(entry.name)).catch(() => {});
    const handle = await open(entry.folder.at(entry.name), newFile, 0o600);
    await giveFile(handle, workspace.owner);
    return handle;
  });
}

async function removeEntry(workspace: Workspace, path: string): Promise<void> {
  const { root } = workspace;
  const segments = segmentsIn(workspace, path);
  const above = await walk({ root, segments: segments.slice(0, -1) });
  if (above === undefined) return;
  await whileHeld(above, async () => {
    await above.folder.check(root);
    await unlink(`${above.folder.at(above.name)}/${segments.at(-1) ?? "."}`);
  });
}

async function syncEntry(entry: WalkedEntry): Promise<void> {
  const handle = await open(entry.folder.at(entry.name), existingFile);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await entry.folder.sync();
}

async function withFileErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(error, path);
  }
}

/** Closes the folder of the entry when `work` has ended. */
async function whileHeld<T>(entry: WalkedEntry, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } finally {
    await entry.folder.close();
  }
}

/** The entry for a file to write: nothing is there, or a regular file. Creates missing folders. */
async function entryForFile(workspace: Workspace, path: string): Promise<WalkedEntry> {
  const segments = segmentsIn(workspace, path);
  const entry =
    segments.length === 0
      ? undefined
      : await walk({ root: workspace.root, segments, isCreating: true, owner: workspace.owner });
  if (entry === undefined) throw refusal("not-a-file", `${path} is a folder.`);
  if (entry.stat === undefined || entry.stat.isFile()) return entry;
  await entry.folder.close();
  throw notAFile(path, entry.stat);
}
