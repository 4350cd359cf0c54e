import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { databaseNames } from "../../database-name.ts";
import { ReplicaError, type ObjectStore } from "../../operating/object-store.ts";
import { copiesPrefix, databaseKey, knownCopies } from "./copy-key.ts";

/** Unpacks the newest whole copy into a folder, as `<name>.db`. Returns when it was made; undefined when there is none. */
export async function fetchNewestCopy(
  store: ObjectStore,
  folder: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const newest = knownCopies(await store.list(copiesPrefix, signal)).findLast(({ isComplete }) => isComplete);
  if (newest === undefined) return undefined;
  for (const name of databaseNames) {
    const bytes = await store.get(databaseKey(newest.folder, name), signal);
    if (bytes === undefined) throw new ReplicaError("refused", `${name}.db of the newest copy is gone.`);
    const target = createWriteStream(join(folder, `${name}.db`), { mode: 0o600 });
    await pipeline(bytes, createZstdDecompress(), target, { signal });
  }
  return newest.at;
}
