import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../../../lib/config/config.ts";
import { dataDir, discover } from "../src/server/discovery.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "discovery-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const here = () => ({ TALKCODY_DATA_DIR: folder });

function serve(change: object = {}): void {
  const server = { url: "http://127.0.0.1:4567", pid: process.pid, version: "0", startedAt: "", ...change };
  writeFileSync(join(folder, "server.json"), JSON.stringify(server));
  writeFileSync(join(folder, "api-key"), "k".repeat(43) + "\n");
}

test("the environment names server and key", () => {
  const found = discover({ TALKCODY_URL: "https://host/", TALKCODY_API_KEY: "key" });
  expect(found).toEqual({ baseUrl: "https://host", apiKey: "key" });
});

test("an address without its key is refused; the local key never leaves for it", () => {
  serve();
  expect(() => discover({ ...here(), TALKCODY_URL: "https://elsewhere" })).toThrow(/TALKCODY_API_KEY is not/);
});

test("the data directory names server and key", () => {
  serve();
  expect(discover(here())).toEqual({ baseUrl: "http://127.0.0.1:4567", apiKey: "k".repeat(43) });
});

test("the key of the environment goes before the file", () => {
  serve();
  expect(discover({ ...here(), TALKCODY_API_KEY: "mine" }).apiKey).toBe("mine");
});

test("without a server it says how to start one", () => {
  expect(() => discover(here())).toThrow("Start one with `npm start`, or set TALKCODY_URL");
});

test("a server file whose process is gone counts as none", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  serve({ pid });
  expect(() => discover(here())).toThrow("No server is running");
});

test("a server file that is broken, or no file at all, is one clear sentence", () => {
  writeFileSync(join(folder, "server.json"), "{");
  expect(() => discover(here())).toThrow(/is damaged\. Restart the server/);
  rmSync(join(folder, "server.json"));
  mkdirSync(join(folder, "server.json"));
  expect(() => discover(here())).toThrow(/cannot be read/);
});

test("a missing key file is told by its place", () => {
  serve();
  rmSync(join(folder, "api-key"));
  expect(() => discover(here())).toThrow(/There is no key in .*api-key/);
});

test.each([
  ["linux", { HOME: "/h" }],
  ["linux", { HOME: "/h", XDG_DATA_HOME: "/x" }],
  ["linux", {}],
  ["darwin", { HOME: "/h" }],
  ["win32", { USERPROFILE: "C:\\u" }],
  ["win32", { USERPROFILE: "C:\\u", LOCALAPPDATA: "C:\\l" }],
  ["linux", { HOME: "/h", TALKCODY_DATA_DIR: "/d/" }],
])("client and server agree on the data directory on %s with %j", (platform, environment) => {
  expect(dataDir(environment, platform)).toBe(loadConfig(environment, platform).dataDir);
});
