import type { Stats } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { ignoreFailpoints, type ReachFailpoint } from "../../ports/failpoint.ts";
import type { FileStat, WorkspaceFiles } from "../../workspace.ts";
import { existingFile, newFile } from "./open-flags.ts";
import { fileFailure, refusal, segmentsOf } from "./path-rules.ts";
import type { TemporaryFiles } from "./temporary-file-notes.ts";
import { replaceFile } from "./replace-file.ts";
import { type WalkedEntry, walk } from "./walk.ts";

/** Beside the port: what the shell and the search of the same workspace need. */
export interface ContainedFiles extends WorkspaceFiles {
  /** Makes or empties a file and leaves it open for writing. */
  create(path: string): Promise<FileHandle>;
  /** Takes a file away; of a link, the link itself. */
  remove(path: string): Promise<void>;
  /** Works with what is at a path while its folder is held. Undefined when nothing is there. */
  visit<T>(path: string, work: (spot: WalkedEntry & { stat: Stats }) => Promise<T>): Promise<T | undefined>;
}

export interface WorkspaceFilesOptions {
  /** Other absolute paths that mean the root. */
  aliases?: readonly string[];
  /** Where the names of temporary files are kept until they are gone. */
  unfinished: TemporaryFiles;
  reach?: ReachFailpoint;
}

/** `root` is absolute and without links. */
export function createWorkspaceFiles(root: string, options: WorkspaceFilesOptions): ContainedFiles {
  const { aliases = [], unfinished, reach = ignoreFailpoints } = options;
  const segments = (path: string) => segmentsOf(path, [root, ...aliases]);
  const visit: ContainedFiles["visit"] = (path, work) =>
    translated(path, async () => {
      const spot = await walk({ root, segments: segments(path) });
      return spot && held(spot, () => (spot.stat ? work({ ...spot, stat: spot.stat }) : undefined));
    });
  return {
    visit,
    relative: (path) => segments(path).join("/") || ".",
    stat: (path) => visit(path, (spot) => Promise.resolve(describe(spot.stat))),
    read: async (path, bytesMax) => {
      const bytes = await visit(path, (spot) => readSpot(spot, { root, path, bytesMax }));
      if (bytes === undefined) throw refusal("not-found", `${path} does not exist in the workspace.`);
      return bytes;
    },
    write: (path, content) =>
      translated(path, async () => {
        const spot = await place(root, segments(path), path);
        await held(spot, () => replaceFile(spot, { root, content, unfinished, reach }));
      }),
    sync: async (path) => {
      await visit(path, async (spot) => {
        const handle = await open(spot.folder.at(spot.name), existingFile);
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
        await spot.folder.sync();
      });
    },
    remove: (path) =>
      translated(path, async () => {
        const name = segments(path).at(-1) ?? ".";
        const above = await walk({ root, segments: segments(path).slice(0, -1) });
        if (above) await held(above, () => unlinkIn(above, { root, name }));
      }),
    create: (path) =>
      translated(path, async () => {
        const spot = await place(root, segments(path), path);
        return held(spot, async () => {
          await unlink(spot.folder.at(spot.name)).catch(() => {});
          return open(spot.folder.at(spot.name), newFile, 0o600);
        });
      }),
  };
}

async function translated<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(error, path);
  }
}

async function held<T>(spot: WalkedEntry, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } finally {
    await spot.folder.close();
  }
}

function describe(stat: Stats): FileStat {
  const type = stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other";
  return { type, sizeBytes: stat.size, modifiedAt: stat.mtimeMs };
}

async function readSpot(
  spot: WalkedEntry,
  { root, path, bytesMax }: { root: string; path: string; bytesMax: number },
): Promise<Uint8Array> {
  await spot.folder.check(root);
  const handle = await open(spot.folder.at(spot.name), existingFile);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw notAFile(path, stat);
    const bytes = stat.size > bytesMax ? undefined : await readAll(handle, bytesMax);
    if (bytes === undefined || bytes.length > bytesMax)
      throw refusal("too-large", `${path} holds more than the ${bytesMax} bytes that can be read at once.`);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** A file may grow while it is read: stops one byte over the limit. */
async function readAll(handle: FileHandle, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const stream = handle.createReadStream({ autoClose: false, end: bytesMax });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A place for a file: free, or taken by a regular file. */
async function place(root: string, segments: string[], path: string): Promise<WalkedEntry> {
  const spot = segments.length === 0 ? undefined : await walk({ root, segments, isCreating: true });
  if (spot === undefined) throw refusal("not-a-file", `${path} is a folder.`);
  if (spot.stat === undefined || spot.stat.isFile()) return spot;
  await spot.folder.close();
  throw notAFile(path, spot.stat);
}

function notAFile(path: string, stat: Stats) {
  const what = stat.isDirectory() ? "a folder" : "a special file (a pipe, a socket or a device)";
  return refusal("not-a-file", `${path} is ${what}, not a regular file.`);
}

async function unlinkIn(above: WalkedEntry, { root, name }: { root: string; name: string }): Promise<void> {
  await above.folder.check(root);
  await unlink(`${above.folder.at(above.name)}/${name}`);
}
