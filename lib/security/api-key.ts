import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ApiKey {
  key: string;
  source: "environment" | "file";
  /** The key file, whether it is in use or not. */
  path: string;
  /** Takes the same time for every candidate of a length. */
  isKey(candidate: string): boolean;
}

/**
 * The key of this server: the configured one, else the one in the data directory, which is made at the first start
 * (32 random bytes, readable by its owner only). Throws an Error when the file holds no key.
 */
export function openApiKey({
  dataDir,
  configured,
}: {
  dataDir: string;
  configured: string | undefined;
}): ApiKey {
  const path = join(dataDir, "api-key");
  const key = configured ?? readKey(path) ?? makeKey(dataDir, path);
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
    throw new Error(`${path} holds no API key. Delete it, and the next start makes a new one.`);
  if ((entry.mode & 0o077) !== 0) chmodSync(path, 0o600);
  return key;
}

/** The file appears whole or not at all; of two servers that start at once, both use the key of the first. */
function makeKey(dataDir: string, path: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const key = randomBytes(32).toString("base64url");
  writeFileSync(draft, `${key}\n`, { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(draft, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readKey(path) ?? makeKey(dataDir, path);
  } finally {
    unlinkSync(draft);
  }
}
