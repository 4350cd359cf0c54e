import { closeSync, readFileSync } from "node:fs";
import type { ReplicaCredentials } from "../operating/replica.ts";

/**
 * Reads the keys of the bucket from a pipe, as deploy/serve.sh writes them: three lines. Closes the pipe. So the keys are
 * in no environment variable and in no file, where a command that the server runs could find them.
 */
export function readInheritedKeys(descriptor: number): ReplicaCredentials | undefined {
  const lines = readFileSync(descriptor, "utf8").split("\n");
  closeSync(descriptor);
  const [accessKeyId = "", secretAccessKey = "", sessionToken = ""] = lines.map((line) => line.trim());
  if (accessKeyId === "" || secretAccessKey === "") return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
}
