import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { databaseNames } from "../../database-name.ts";
import { ReplicaError, type ObjectStore } from "../../operating/object-store.ts";
import { copiesPrefix, databaseKey, knownCopies, newestComplete } from "./copy-key.ts";

/**
 * Unpacks the newest complete copy into a folder, as `<name>.db`. Returns when it began, in milliseconds since the epoch;
 * undefined when there is no copy.
 */
export async function fetchNewestCopy(
  store: ObjectStore,
  folder: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const newest = newestComplete(knownCopies(await store.list(copiesPrefix, signal)));
  if (newest === undefined) return undefined;
  for (const name of databaseNames) {
    const bytes = await store.get(databaseKey(newest.folder, name), signal);
    if (bytes === undefined) throw new ReplicaError("refused", `${name}.db is missing in the newest copy.`);
    const target = createWriteStream(join(folder, `${name}.db`), { mode: 0o600 });
    await pipeline(bytes, createZstdDecompress(), target, { signal });
  }
  return newest.at;
}
