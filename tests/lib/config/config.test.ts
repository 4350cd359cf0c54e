import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadConfig } from "../../../lib/config/config.ts";
import { ConfigError } from "../../../lib/config/environment.ts";
import { code, root } from "../../structure/repository.ts";

const base = { HOME: "/tmp" };

function mistakeOf(environment: Record<string, string>): string {
  try {
    loadConfig({ ...base, ...environment });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

/** Every variable whose name says that it holds a URL or a part of one, as the code reads them. */
const written = code("lib")
  .map((path) => readFileSync(`${root}/${path}`, "utf8"))
  .join("\n");
const named = [...written.matchAll(/"([A-Z0-9_]*(?:URL|ENDPOINT|HOST|ORIGINS|PROXY))"/g)];
const urlVariables = [...new Set(named.map(([, name = ""]) => name))];

test("the variables that hold URLs are found", () => {
  expect(urlVariables.length).toBeGreaterThanOrEqual(9);
  for (const name of ["TALKCODY_REPLICA_URL", "OPENAI_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "HOST"])
    expect(urlVariables).toContain(name);
});

test.each(urlVariables)("a mistake in %s is told without what may be secret in it", (name) => {
  const secret = "canary-5f1c9a27d3";
  const wrong = [
    `https://user:${secret}@host.example/v1`,
    `https://${secret}@host.example/v1`,
    `htp://user:${secret}@host.example/v1?key=${secret}#${secret}`,
    `https://user:${secret} with a blank@host.example`,
    `https://user:pa?${secret}@host.example`,
    `user:${secret}@host.example/`,
    `s3://key:${secret}@bucket/prefix`,
    `s3://bucket/prefix?endpoint=https://user:${secret}@host.example`,
    `https://host.example:port/${secret} x`,
    `*, https://user:${secret}@host.example`,
  ];
  for (const value of wrong) {
    const mistake = mistakeOf({ [name]: value });
    expect(mistake, value).toContain(`${name} should be `);
    expect(mistake, value).not.toContain(secret);
  }
});

test("a mistake says enough of a URL to find it", () => {
  expect(mistakeOf({ OPENAI_BASE_URL: "ftp://host.example/v1" })).toContain(
    "beginning with ftp://host.example",
  );
  expect(mistakeOf({ OPENAI_BASE_URL: "host.example" })).toContain("it is 12 characters long");
});

test("a URL in a variable that should hold none is not printed either", () => {
  for (const name of ["PORT", "TALKCODY_DATA_DIR", "TALKCODY_LOG_LEVEL", "TALKCODY_MODEL"])
    expect(mistakeOf({ [name]: "postgres://user:canary-5f1c9a27d3@host/x y" })).not.toContain("canary");
});

test("the desktop's webview may always ask, and TALKCODY_ALLOWED_ORIGINS adds to it", () => {
  const desktop = ["tauri://localhost", "http://tauri.localhost"];
  expect(loadConfig(base).allowedOrigins).toEqual(desktop);
  const given = { ...base, TALKCODY_ALLOWED_ORIGINS: "https://App.example, http://localhost:5173" };
  expect(loadConfig(given).allowedOrigins).toEqual([
    ...desktop,
    "https://app.example",
    "http://localhost:5173",
  ]);
});

test.each([
  "*",
  "null",
  "app.example",
  "https://app.example/",
  "https://app.example/path",
  "https://*.example",
  "https://app.example:443",
  "https://app.example,",
  "https://a.example https://b.example",
])("%s is no list of origins", (value) => {
  expect(mistakeOf({ TALKCODY_ALLOWED_ORIGINS: value })).toContain(
    "TALKCODY_ALLOWED_ORIGINS should be origins",
  );
});

test("networks that may be reached are told in CIDR form", () => {
  const value = "10.20.0.0/16, FD12::/16,203.0.113.7/32";
  const config = loadConfig({ ...base, TALKCODY_REACHABLE_NETWORKS: value });
  expect(config.reachableNetworks).toEqual(["10.20.0.0/16", "fd12::/16", "203.0.113.7/32"]);
  expect(loadConfig(base).reachableNetworks).toEqual([]);
});

test.each([
  "10.0.0.0",
  "10.0.0.0/33",
  "10.1/16",
  "::1/129",
  "fd12:/16",
  "registry.example/24",
  "10.0.0.0/8 ::/0",
])("%s is no network", (value) => {
  expect(mistakeOf({ TALKCODY_REACHABLE_NETWORKS: value })).toContain(
    "TALKCODY_REACHABLE_NETWORKS should be networks in CIDR form",
  );
});

test("the header of a proxy is a name, in any case", () => {
  const config = loadConfig({ ...base, TALKCODY_PROXY_ADDRESS_HEADER: "Fly-Client-IP" });
  expect(config.proxyAddressHeader).toBe("fly-client-ip");
  expect(loadConfig(base).proxyAddressHeader).toBeUndefined();
  expect(mistakeOf({ TALKCODY_PROXY_ADDRESS_HEADER: "X-Real-IP: 1" })).toContain("the name of a header");
});

test("the permission mode of the environment is one of four, and without one there is no default", () => {
  const mode = (value: string) => loadConfig({ ...base, TALKCODY_PERMISSION_MODE: value }).defaultSettings;
  expect(mode("read-only")).toEqual({ permissionMode: "read-only" });
  expect(mode("")).toEqual({});
  expect(mistakeOf({ TALKCODY_PERMISSION_MODE: "yolo" })).toContain("TALKCODY_PERMISSION_MODE should be");
});
