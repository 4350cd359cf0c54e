import type { ObjectStore } from "../../operating/object-store.ts";
import type { ReplicaConfig } from "../../operating/replica.ts";

/** Throws an Error with a sentence a person can act on when keys are needed and there are none. */
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
      "TALKCODY_REPLICA_URL names a bucket, and its keys are missing: " +
        "set LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY.",
    );
  const { createS3Store } = await import("./s3-store.ts");
  return createS3Store(place, credentials);
}
