import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The content of `server.json`, with which local clients find the server. */
export interface DiscoveryRecord {
  url: string;
  pid: number;
  version: string;
  /** RFC 3339. */
  startedAt: string;
}

/**
 * Writes `server.json` into the data directory, atomically and readable only by its owner. Returns a function that removes
 * it, unless another server has replaced it since.
 */
export function publishDiscovery({ dataDir, ...record }: DiscoveryRecord & { dataDir: string }): () => void {
  const path = join(dataDir, "server.json");
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text, { mode: 0o600, flag: "wx", flush: true });
  renameSync(draft, path);
  return () => {
    if (readIfThere(path) === text) unlinkSync(path);
  };
}

/** The URL in `server.json`. Its server may have ended without removing the file. */
export function publishedUrl(dataDir: string): string | undefined {
  const text = readIfThere(join(dataDir, "server.json"));
  return /"url": "([^"]+)"/.exec(text ?? "")?.[1];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // There is no file, or it cannot be read.
  }
}
