import { closeSync, readFileSync } from "node:fs";
import type { ReplicaCredentials } from "../operating/replica.ts";

/**
 * The keys of the bucket, as deploy/serve.sh hands them over: three lines in a pipe that is read to its end and closed.
 * So they stand in no environment and in no file, where a command that runs for the server could find them.
 */
export function readInheritedKeys(descriptor: number): ReplicaCredentials | undefined {
  const lines = readFileSync(descriptor, "utf8").split("\n");
  closeSync(descriptor);
  const [accessKeyId = "", secretAccessKey = "", sessionToken = ""] = lines.map((line) => line.trim());
  if (accessKeyId === "" || secretAccessKey === "") return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
}
