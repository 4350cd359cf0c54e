import type { ObjectStore } from "../../operating/object-store.ts";
import type { ReplicaConfig } from "../../operating/replica.ts";

/** Throws an Error that tells a person what to do when a bucket has no keys. */
export async function openObjectStore({
  place,
  credentials,
}: Pick<ReplicaConfig, "place" | "credentials">): Promise<ObjectStore> {
  if (place.type === "file") {
    const { createFolderStore } = await import("./folder-store.ts");
    return createFolderStore(place.folder);
  }
  if (credentials === undefined)
    throw new Error(
      "TALKCODY_REPLICA_URL names a bucket, but the keys of the bucket are missing. " +
        "Set LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY.",
    );
  const { createS3Store } = await import("./s3-store.ts");
  return createS3Store(place, credentials);
}
