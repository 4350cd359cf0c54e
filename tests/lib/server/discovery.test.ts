import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishDiscovery } from "../../../lib/server/index.ts";
import { folder } from "./start-server.ts";

const about = {
  url: "http://127.0.0.1:4096",
  pid: 1,
  version: "1.0.0",
  startedAt: "2026-11-22T12:00:00.000Z",
};

test("server.json says where the server is, to its owner only, and goes with it", () => {
  const dataDir = folder();
  const path = join(dataDir, "server.json");
  const withdraw = publishDiscovery({ dataDir, ...about });
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(about);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  withdraw();
  withdraw();
  expect(readdirSync(dataDir)).toEqual([]);
});

test("a server that ends leaves the server.json of its successor alone", () => {
  const dataDir = folder();
  const withdraw = publishDiscovery({ dataDir, ...about });
  publishDiscovery({ dataDir, ...about, pid: 2 });
  withdraw();
  expect(existsSync(join(dataDir, "server.json"))).toBe(true);
});
