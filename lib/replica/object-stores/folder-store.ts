import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  ReplicaError,
  type ObjectStore,
  type StoredBytes,
  type StoredObject,
} from "../../operating/object-store.ts";

/** Start of the name of a file until it is complete. A kill may leave such a file; it is not an object. */
const arriving = ".arriving-";

/** A folder, for example on another disk or on a mounted network share. */
export function createFolderStore(folder: string): ObjectStore {
  const pathOf = (key: string) => join(folder, key);
  return {
    place: `file://${folder}`,
    put: (key, bytes, signal) => withReplicaErrors(() => write(pathOf(key), bytes, signal)),
    get: (key) => withReplicaErrors(() => read(pathOf(key))),
    head: (key) =>
      withReplicaErrors(async () => {
        const sizeBytes = await sizeOf(pathOf(key));
        return sizeBytes === undefined ? undefined : { key, sizeBytes };
      }),
    list: (prefix) => withReplicaErrors(() => listBelow(folder, prefix)),
    remove: (key) => withReplicaErrors(() => rm(pathOf(key), { force: true })),
  };
}

async function read(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  return (await sizeOf(path)) === undefined ? undefined : createReadStream(path);
}

/** Undefined when there is no regular file. */
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(unlessMissing);
  return found?.isFile() ? found.size : undefined;
}

async function write(path: string, { open: openBytes, sha256 }: StoredBytes, signal: AbortSignal) {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = join(folder, `${arriving}${randomUUID()}`);
  try {
    await writeSynced(aside, { bytes: openBytes(), sha256, signal });
    await rename(aside, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

async function writeSynced(
  path: string,
  { bytes, sha256, signal }: { bytes: AsyncIterable<Uint8Array>; sha256: string; signal: AbortSignal },
): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  const hash = createHash("sha256");
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    if (hash.digest("hex") !== sha256)
      throw new ReplicaError("refused", "The bytes are not those that were announced.");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Also removes incomplete files that are older than a day: an earlier run left them. */
async function listBelow(folder: string, prefix: string): Promise<StoredObject[]> {
  const from = join(folder, prefix.includes("/") ? dirname(`${prefix}x`) : ".");
  const names = (await readdir(from, { recursive: true, withFileTypes: true }).catch(unlessMissing)) ?? [];
  const found: StoredObject[] = [];
  for (const entry of names.filter((name) => name.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(folder.length + 1).replaceAll("\\", "/");
    if (!key.startsWith(prefix)) continue;
    const facts = await stat(path).catch(unlessMissing);
    if (facts === undefined) continue;
    if (!entry.name.startsWith(arriving)) found.push({ key, sizeBytes: facts.size });
    else if (Date.now() - facts.mtimeMs > 24 * 3_600_000) await rm(path, { force: true });
  }
  return found.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

function unlessMissing(error: unknown): undefined {
  if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
  throw error;
}

async function withReplicaErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asReplicaError(error);
  }
}

function asReplicaError(cause: unknown): unknown {
  const code = codeOf(cause);
  if (cause instanceof ReplicaError || code === "") return cause;
  if (["ENOSPC", "EDQUOT"].includes(code))
    return new ReplicaError("full", "The disk of the replica is full.", { cause });
  if (["EACCES", "EPERM", "EROFS"].includes(code))
    return new ReplicaError("refused", `This user may not use the folder of the replica (${code}).`, {
      cause,
    });
  return new ReplicaError("unreachable", `The folder of the replica cannot be used (${code}).`, { cause });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
