import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers } from "../../support/claims.ts";
import { startTestServer } from "../../support/server/server.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();

test("getServer tells version, capabilities and limits", async () => {
  const { status, body } = await server.call("getServer");
  expect(status).toBe(200);
  expect(body.name).toBe("talkcody");
  expect(body.capabilities).toMatchObject({ localRepositories: true, transports: ["sse", "websocket"] });
  expect(body.limits.bodyBytesMax).toBeGreaterThan(0);
});

test("getServer says where local repositories are not allowed", async () => {
  const strict = await startTestServer({ env: { TALKCODY_ALLOW_LOCAL_REPOSITORIES: "false" } });
  try {
    expect((await strict.call("getServer")).body.capabilities.localRepositories).toBe(false);
  } finally {
    await strict.stop();
  }
});

test("getServer refuses a query it does not know", async () => {
  expectProblem(await server.call("getServer", { query: { verbose: "true" } }), "invalid-request");
});

test("getServer is for key holders only", async () => {
  await expectRefusesStrangers(server, "getServer", { state: async () => null });
});
