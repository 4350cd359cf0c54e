import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers } from "../../support/claims.ts";
import { startTestServer } from "../../support/server/server.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();

test("getSettings tells defaults, what was set, and the providers", async () => {
  const { status, body } = await server.call("getSettings");
  expect(status).toBe(200);
  expect(body).toMatchObject({ version: 1, settings: {}, updatedAt: null });
  expect(body.defaults).toMatchObject({ autoApproveEdits: false, autoApproveCommands: false, stepsMax: 100 });
  expect(body.providers["scripted"]).toMatchObject({
    source: "built-in",
    apiKey: { set: false, last4: null },
  });
});

test("getSettings never reads a key of the environment back", async () => {
  const secret = ["sk", "environment", "0123456789", "wxyz"].join("-");
  const other = await startTestServer({ env: { OPENAI_API_KEY: secret } });
  try {
    const { body, bytes } = await other.call("getSettings");
    expect(body.providers["openai"]).toMatchObject({
      source: "environment",
      apiKey: { set: true, last4: "wxyz" },
    });
    expect(bytes.toString()).not.toContain(secret);
  } finally {
    await other.stop();
  }
});

test("getSettings refuses a query it does not know", async () => {
  expectProblem(await server.call("getSettings", { query: { secrets: true } }), "invalid-request");
});

test("getSettings is for key holders only", async () => {
  await expectRefusesStrangers(server, "getSettings", { state: async () => null });
});
