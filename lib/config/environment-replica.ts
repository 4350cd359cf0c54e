import type { Reader } from "./environment.ts";
import type { ReplicaConfig } from "../operating/replica.ts";

/** The replica and its keys. Undefined when TALKCODY_REPLICA_URL is not set. */
export function environmentReplica(read: Reader): ReplicaConfig | undefined {
  const place = read.replica("TALKCODY_REPLICA_URL");
  if (place === undefined) return undefined;
  const accessKeyId = read.text("LITESTREAM_ACCESS_KEY_ID") ?? read.text("AWS_ACCESS_KEY_ID");
  const secretAccessKey = read.text("LITESTREAM_SECRET_ACCESS_KEY") ?? read.text("AWS_SECRET_ACCESS_KEY");
  const sessionToken = read.text("AWS_SESSION_TOKEN");
  const hasKeys = accessKeyId !== undefined && secretAccessKey !== undefined;
  const url = read.text("TALKCODY_REPLICA_URL") ?? "";
  return { place, url, credentials: hasKeys ? { accessKeyId, secretAccessKey, sessionToken } : undefined };
}
