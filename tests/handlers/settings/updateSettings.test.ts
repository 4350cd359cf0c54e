import { beforeEach, expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const update = (body: unknown, headers = {}) => server.call("updateSettings", { body, headers });
const read = async () => (await server.call("getSettings")).body;
const secret = ["sk", "0123456789", "abcd"].join("-");
const provider = { type: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", apiKey: secret };

beforeEach(async () => {
  const { settings, providers } = await read();
  const gone = (record: object) => Object.fromEntries(Object.keys(record).map((name) => [name, null]));
  const own = Object.entries(providers).filter(([, { source }]) => source === "settings");
  await update({ settings: gone(settings), providers: gone(Object.fromEntries(own)) });
});

test("updateSettings merges and never drops the rest", async () => {
  const permissions = [{ tool: "bash", pattern: "git status", decision: "allow" }];
  await update({ settings: { stepsMax: 50, permissions } });
  const { status, body } = await update({ settings: { autoApproveEdits: true } });
  expect(status).toBe(200);
  expect(body.settings).toEqual({ stepsMax: 50, permissions, autoApproveEdits: true });
  expect((await update({ settings: { stepsMax: null } })).body.settings).toEqual({
    permissions,
    autoApproveEdits: true,
  });
  expect((await read()).settings).toEqual({ permissions, autoApproveEdits: true });
});

test("updateSettings adds a provider, changes one thing of it, and removes it", async () => {
  await update({ providers: { local: provider, other: { type: "anthropic", apiKey: secret } } });
  const models = { small: { name: "Small", contextTokens: 1000 } };
  const changed = (await update({ providers: { local: { type: "openai-compatible", models } } })).body
    .providers;
  expect(changed["local"]).toMatchObject({
    baseUrl: provider.baseUrl,
    apiKey: { set: true, last4: "abcd" },
    models,
  });
  expect(changed["other"]).toMatchObject({ type: "anthropic", apiKey: { set: true } });
  const left = (await update({ providers: { local: null } })).body.providers;
  expect(Object.keys(left).sort()).toEqual(["other", "scripted"]);
});

test("updateSettings never reads a secret back, in no answer and in no problem", async () => {
  const answers = [await update({ providers: { local: provider } }), await server.call("getSettings")];
  answers.push((await server.call("listModels")) as never);
  const refused = await update({ providers: { local: { ...provider, apiKey: `${secret} with blanks` } } });
  for (const answer of [...answers, refused]) expect(answer.bytes.toString()).not.toContain(secret);
  expectProblem(refused, "invalid-request");
});

test("updateSettings clears the key when the address changes, unless a new one comes along", async () => {
  await update({ providers: { local: provider } });
  const moved = { type: "openai-compatible", baseUrl: "https://evil.example/v1" };
  expect((await update({ providers: { local: moved } })).body.providers["local"]?.apiKey).toEqual({
    set: false,
    last4: null,
  });
  await update({ providers: { local: { ...moved, apiKey: secret } } });
  const away = { type: "openai-compatible", baseUrl: null };
  expect((await update({ providers: { local: away } })).body.providers["local"]?.apiKey.set).toBe(false);
});

test("updateSettings keeps the key when the address stays, and removes it with null", async () => {
  await update({ providers: { local: provider } });
  const same = { type: "openai-compatible", baseUrl: provider.baseUrl };
  expect((await update({ providers: { local: same } })).body.providers["local"]?.apiKey.set).toBe(true);
  const without = { type: "openai-compatible", apiKey: null };
  expect((await update({ providers: { local: without } })).body.providers["local"]?.apiKey.set).toBe(false);
});

test("updateSettings shows nothing of a short key", async () => {
  await update({ providers: { local: { ...provider, apiKey: "short" } } });
  expect((await read()).providers["local"]?.apiKey).toEqual({ set: true, last4: null });
});

test("updateSettings survives a restart", async () => {
  await update({ settings: { stepsMax: 42 }, providers: { local: provider } });
  const before = await read();
  await server.restart();
  expect(await read()).toEqual(before);
});

test("updateSettings refuses what is not of the contract and changes nothing", async () => {
  const before = await read();
  const wrong = [
    {},
    { settings: { autoApprove: true } },
    { settings: { stepsMax: 0 } },
    { settings: { permissions: [{ tool: "bash", pattern: "x" }] } },
    { settings: { model: "no-provider" } },
    { providers: { local: {} } },
    { providers: { local: { type: "telepathy" } } },
    { providers: { "no good": { type: "openai" } } },
    { providers: { local: { ...provider, baseUrl: "https://user:password@host/v1" } } },
    { providers: { local: { ...provider, baseUrl: "file:///etc/passwd" } } },
    { providers: { scripted: { type: "scripted" } } },
    { version: 2 },
  ];
  for (const body of wrong) expectProblem(await update(body), "invalid-request");
  expect(await read()).toEqual(before);
});

test("updateSettings with a name of the prototype is a provider like any other, or refused", async () => {
  const body = '{"providers":{"__proto__":{"type":"openai"}}}';
  const headers = { "content-type": "application/json" };
  expectProblem(await update(body, headers), "invalid-request");
  expect(
    (await update({ providers: { constructor: { type: "openai" } } })).body.providers["constructor"]?.type,
  ).toBe("openai");
});

test("updateSettings answers the same again under the same key, and another change is refused", async () => {
  const headers = { "Idempotency-Key": "settings-1" };
  const { body } = await update({ settings: { stepsMax: 5 } }, headers);
  await update({ settings: { stepsMax: 6 } });
  expect((await update({ settings: { stepsMax: 5 } }, headers)).body).toEqual(body);
  expect((await read()).settings).toEqual({ stepsMax: 6 });
  expectProblem(await update({ settings: { stepsMax: 7 } }, headers), "idempotency-key-reused");
});

test("updateSettings is for key holders only", async () => {
  const request = { body: { settings: { autoApproveCommands: true } } };
  await expectRefusesStrangers(server, "updateSettings", { request, state: read });
});
