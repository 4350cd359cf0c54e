import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { openApiKey } from "../../../lib/security/api-key.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "talkcody-key-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("the first start makes a key of 32 random bytes for its owner only, later starts keep it", () => {
  const dataDir = join(folder(), "new");
  const first = openApiKey({ dataDir, configured: undefined });
  expect(Buffer.from(first.key, "base64url")).toHaveLength(32);
  expect([first.source, first.path, readFileSync(first.path, "utf8")]).toEqual([
    "file",
    join(dataDir, "api-key"),
    `${first.key}\n`,
  ]);
  expect(statSync(first.path).mode & 0o777).toBe(0o600);
  expect(openApiKey({ dataDir, configured: undefined }).key).toBe(first.key);
  expect(readdirSync(dataDir)).toEqual(["api-key"]);
  expect(openApiKey({ dataDir: folder(), configured: undefined }).key).not.toBe(first.key);
});

test("only the whole key is the key", () => {
  const { key, isKey } = openApiKey({ dataDir: folder(), configured: undefined });
  expect(isKey(key)).toBe(true);
  for (const candidate of [
    "",
    key.slice(0, -1),
    `${key}x`,
    ` ${key}`,
    `${key}\n`,
    key.toLowerCase(),
    `${key}, ${key}`,
  ])
    expect(isKey(candidate), JSON.stringify(candidate)).toBe(false);
});

test("a configured key wins and leaves no file", () => {
  const dataDir = folder();
  const apiKey = openApiKey({ dataDir, configured: "configured-key-0123" });
  expect([apiKey.source, apiKey.isKey("configured-key-0123")]).toEqual(["environment", true]);
  expect(readdirSync(dataDir)).toEqual([]);
});

test("a key that others may read is closed to them, and a file that holds none stops the start", () => {
  const dataDir = folder();
  const { path, key } = openApiKey({ dataDir, configured: undefined });
  chmodSync(path, 0o644);
  expect(openApiKey({ dataDir, configured: undefined }).key).toBe(key);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  for (const content of ["", "short", "has a blank inside it, and more"]) {
    writeFileSync(path, content);
    expect(() => openApiKey({ dataDir, configured: undefined })).toThrow(/contains no valid API key/);
  }
  rmSync(path);
  symlinkSync("/etc/hostname", path);
  expect(() => openApiKey({ dataDir, configured: undefined })).toThrow(/contains no valid API key/);
});

test("servers that start at once agree on one key", async () => {
  const dataDir = folder();
  const module = new URL("../../../lib/security/api-key.ts", import.meta.url).href;
  const code = `const { openApiKey } = await import(${JSON.stringify(module)});
    (await import("node:worker_threads")).parentPort.postMessage(openApiKey({ dataDir: ${JSON.stringify(dataDir)}, configured: undefined }).key);`;
  const start = () =>
    new Promise<unknown>((resolve, reject) => {
      new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
        .once("message", resolve)
        .once("error", reject);
    });
  const keys = await Promise.all(Array.from({ length: 6 }, start));
  expect(new Set(keys).size).toBe(1);
  expect(readdirSync(dataDir)).toEqual(["api-key"]);
});
