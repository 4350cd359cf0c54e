import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clock } from "../../../lib/ports/clock.ts";
import { createModelClient } from "../../../lib/models/index.ts";
import type { Provider } from "../../../lib/settings.ts";
import { type ModelServer, startModelServer } from "../../support/models/model-server.ts";
import { apiKey, provider } from "./room.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

let now = 1_000_000;
const clock: Clock = { now: () => now, elapsed: () => now, sleep: () => Promise.resolve() };

function listOf(providers: Record<string, Provider>) {
  const all = new Map(Object.entries(providers));
  return createModelClient({ providers: { providers: () => all }, idleTimeoutMs: 1_000, clock }).list;
}

test("lists what each provider lists, and the scripted models always", async () => {
  const types = ["openai-compatible", "openai", "anthropic", "google"] as const;
  const list = listOf(Object.fromEntries(types.map((type) => [type, provider(type, server)])));
  const { items, providers } = await list();
  expect(items.map(({ id }) => id).sort()).toEqual([
    "demo@scripted",
    "echo@scripted",
    "script@scripted",
    ...types.map((type) => `test-model@${type}`).sort(),
  ]);
  expect(providers).toHaveLength(5);
  expect(providers.every(({ configured, error }) => configured && error === null)).toBe(true);
  const asked = server.requests.filter(({ method }) => method === "GET");
  expect(asked.map(({ path }) => path).sort()).toEqual([
    "/v1/models",
    "/v1/models",
    "/v1/models?limit=1000",
    "/v1beta/models?pageSize=1000",
  ]);
  expect(asked.every(({ headers }) => JSON.stringify(headers).includes(apiKey))).toBe(true);
});

test("settings name models, prices and contexts that providers do not tell", async () => {
  const models = {
    "my-model": { name: "Mine", contextTokens: 1000, pricing: { input: 1, output: 2 } },
    "test-model": { name: "Tested" },
  };
  const { items } = await listOf({ local: provider("openai-compatible", server, { models }) })();
  expect(items.filter(({ providerId }) => providerId === "local")).toEqual([
    {
      id: "my-model@local",
      providerId: "local",
      name: "Mine",
      contextTokens: 1000,
      pricing: { input: 1, output: 2 },
    },
    { id: "test-model@local", providerId: "local", name: "Tested", contextTokens: null, pricing: null },
  ]);
});

test("asks a provider once in five minutes, and again when its key changes", async () => {
  const configured = { local: provider("openai-compatible", server) };
  const all = new Map(Object.entries(configured));
  const { list } = createModelClient({ providers: { providers: () => all }, idleTimeoutMs: 1_000, clock });
  const before = server.requests.length;
  await Promise.all([list(), list()]);
  await list();
  expect(server.requests).toHaveLength(before + 1);
  all.set("local", { ...configured.local, apiKey: "another-key-1234567" });
  await list();
  expect(server.requests).toHaveLength(before + 2);
  now += 5 * 60_000 + 1;
  await list();
  expect(server.requests).toHaveLength(before + 3);
});

test("a provider that fails says why, and the others are listed all the same", async () => {
  const failing = await startModelServer();
  const { url } = failing;
  await failing.close();
  const { items, providers } = await listOf({
    dead: provider("openai-compatible", { url }, { models: { known: {} } }),
    keyless: provider("anthropic", server, { apiKey: null, baseUrl: null }),
    alive: provider("openai-compatible", server),
  })();
  const byId = Object.fromEntries(providers.map((one) => [one.id, one]));
  expect(byId["dead"]).toMatchObject({ configured: true, error: expect.stringContaining("dead") as string });
  expect(byId["keyless"]).toMatchObject({
    configured: false,
    error: expect.stringContaining("API key") as string,
  });
  expect(byId["alive"]).toMatchObject({ configured: true, error: null });
  expect(items.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["known@dead", "test-model@alive", "echo@scripted"]),
  );
});

test("a provider that never answers costs three seconds", async () => {
  const silent: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error)),
    );
  const providers = new Map([["local", provider("openai-compatible", server)]]);
  const client = createModelClient({
    providers: { providers: () => providers },
    idleTimeoutMs: 1_000,
    clock,
    fetch: silent,
  });
  const { providers: listed } = await client.list();
  expect(listed.find(({ id }) => id === "local")?.error).not.toBeNull();
});
