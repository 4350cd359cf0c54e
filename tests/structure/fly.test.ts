import { expect, test } from "vitest";
import { misfits } from "../deploy/fly-check.ts";
import { parseToml, type TomlTable } from "../deploy/toml.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { read } from "./repository.ts";

const fly = parseToml(read("fly.toml"));
const image = Object.fromEntries(
  [...read("deploy/Dockerfile").matchAll(/\b([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
) as Record<string, string>;
const table = (...path: string[]) =>
  path.reduce<TomlTable>((found, key) => [found[key] ?? {}].flat()[0] as TomlTable, fly);

test("every key of fly.toml is one that flyctl knows, with a value of its kind", () => {
  expect(misfits(fly), "mend fly.toml, or tests/deploy/fly-keys.ts where flyctl changed").toEqual([]);
});

test.each([
  ["auto_stop_machines = false", "http_service.auto_stop_machines should be one of off, stop, suspend"],
  ["min_machine_running = 1", "http_service.min_machine_running is no key of fly.toml"],
  ['internal_port = "8080"', "http_service.internal_port should be a number"],
])("a fly.toml with %s is found out", (line, finding) => {
  expect(misfits(parseToml(`[http_service]\n${line}`))).toEqual([finding]);
});

test("fly.toml and the image agree about ports, volume and the time a stop may take", () => {
  const { gracePeriodMs } = loadConfig({ ...(fly["env"] as Record<string, string>), HOME: "/tmp" });
  const shutdownSyncSeconds = Number(
    /^shutdown-sync-timeout: (\d+)s$/m.exec(read("deploy/litestream.yml"))?.[1],
  );
  const killSeconds = Number(fly["kill_timeout"]);
  // All three databases may wait for the bucket one after the other.
  expect(killSeconds).toBeGreaterThanOrEqual(gracePeriodMs / 1000 + 4 + 3 * shutdownSyncSeconds);
  expect(killSeconds).toBeLessThanOrEqual(300);
  expect(table("http_service")).toMatchObject({
    internal_port: Number(image["PORT"]),
    force_https: true,
    auto_stop_machines: "off",
    min_machines_running: 1,
  });
  expect(table("mounts")["destination"]).toBe(image["TALKCODY_DATA_DIR"]);
  expect(table("build")["dockerfile"]).toBe("deploy/Dockerfile");
});

test("checks and metrics go to the private listener only, and no secret stands in fly.toml", () => {
  const privatePort = Number(image["TALKCODY_PRIVATE_PORT"]);
  expect(table("checks", "ready")).toMatchObject({ port: privatePort, path: "/ready" });
  expect(table("metrics")).toEqual({ port: privatePort, path: "/metrics" });
  expect(table("http_service")).not.toHaveProperty("checks");
  expect(Object.keys(table("env")).filter((name) => /KEY|SECRET|TOKEN|REPLICA/.test(name))).toEqual([]);
});
