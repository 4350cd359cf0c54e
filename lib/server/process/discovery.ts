import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What `server.json` tells local clients. */
export interface DiscoveryRecord {
  url: string;
  pid: number;
  version: string;
  /** RFC 3339. */
  startedAt: string;
}

/** Writes `server.json` into the data directory, in one step and for its owner only. Returns what takes it away again, unless another server has written its own since. */
export function publishDiscovery({
  dataDir,
  ...announcement
}: DiscoveryRecord & { dataDir: string }): () => void {
  const path = join(dataDir, "server.json");
  const text = `${JSON.stringify(announcement, null, 2)}\n`;
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text, { mode: 0o600, flag: "wx", flush: true });
  renameSync(draft, path);
  return () => {
    if (readIfThere(path) === text) unlinkSync(path);
  };
}

/** The address in `server.json`; its server may have ended without taking it away. */
export function publishedUrl(dataDir: string): string | undefined {
  const text = readIfThere(join(dataDir, "server.json"));
  return /"url": "([^"]+)"/.exec(text ?? "")?.[1];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // Nobody to take away, or nothing we could judge.
  }
}
