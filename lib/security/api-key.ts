import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ApiKey {
  key: string;
  source: "environment" | "file";
  /** Path of the key file, also when the key comes from the environment. */
  path: string;
  /** Compares in constant time for candidates of the same length. */
  isKey(candidate: string): boolean;
}

/**
 * The API key of this server: the configured one, else the one in the data directory. The first start creates that file
 * (32 random bytes, readable only by its owner). Throws an Error when the file contains no valid key.
 */
export function openApiKey({
  dataDir,
  configured,
}: {
  dataDir: string;
  configured: string | undefined;
}): ApiKey {
  const path = join(dataDir, "api-key");
  const key = configured ?? readKey(path) ?? createKey(dataDir, path);
  const expected = digest(key);
  return {
    key,
    source: configured === undefined ? "file" : "environment",
    path,
    isKey: (candidate) => timingSafeEqual(digest(candidate), expected),
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function readKey(path: string): string | undefined {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (!entry) return undefined;
  const key = entry.isFile() ? readFileSync(path, "utf8").trim() : "";
  if (!/^[!-~]{16,512}$/.test(key))
    throw new Error(
      `${path} contains no valid API key. Delete the file, and the next start creates a new one.`,
    );
  if ((entry.mode & 0o077) !== 0) chmodSync(path, 0o600);
  return key;
}

/** Creates the file complete or not at all. When two servers start at once, both use the key of the first. */
function createKey(dataDir: string, path: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const key = randomBytes(32).toString("base64url");
  writeFileSync(draft, `${key}\n`, { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(draft, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readKey(path) ?? createKey(dataDir, path);
  } finally {
    unlinkSync(draft);
  }
}
