import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers } from "../../support/claims.ts";
import { startTestServer } from "../../support/server/server.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();

test("listModels names the built-in models", async () => {
  const { status, body } = await server.call("listModels");
  expect(status).toBe(200);
  expect(body.items.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["demo@scripted", "echo@scripted", "script@scripted"]),
  );
  expect(body.defaultModel).toBeNull();
});

test("listModels tells which model is used where nobody chose one", async () => {
  const other = await startTestServer({ env: { TALKCODY_MODEL: "demo@scripted" } });
  try {
    expect((await other.call("listModels")).body.defaultModel).toBe("demo@scripted");
    await other.call("updateSettings", { body: { settings: { model: "echo@scripted" } } });
    expect((await other.call("listModels")).body.defaultModel).toBe("echo@scripted");
  } finally {
    await other.stop();
  }
});

test("listModels answers although a provider cannot be reached, and says so", async () => {
  const local = {
    type: "openai-compatible",
    baseUrl: "http://127.0.0.1:9/v1",
    apiKey: "x",
    models: { own: { name: "Own" } },
  };
  await server.call("updateSettings", { body: { providers: { local } } });
  const { status, body } = await server.call("listModels");
  expect(status).toBe(200);
  expect(body.providers.find(({ id }) => id === "local")?.error).toEqual(expect.any(String));
  expect(body.items.map(({ id }) => id)).toEqual(expect.arrayContaining(["own@local", "demo@scripted"]));
});

test("listModels refuses a query it does not know", async () => {
  expectProblem(await server.call("listModels", { query: { provider: "openai" } }), "invalid-request");
});

test("listModels is for key holders only", async () => {
  await expectRefusesStrangers(server, "listModels", { state: async () => null });
});
