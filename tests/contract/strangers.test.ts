import { expect, test } from "vitest";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { expectRefusesStrangers } from "../support/claims.ts";
import { createWorld, examples } from "../support/world.ts";
import { until } from "../support/until.ts";
import { useTestServer } from "../support/server/use-server.ts";

const server = useTestServer({ env: { TALKCODY_FAILED_KEYS_MAX: "10000" } });
const operations = Object.keys(routes) as OperationId[];

/** Everything a stranger could have changed. */
async function everything(): Promise<unknown> {
  const lists = [
    "listSessions",
    "listTasks",
    "listActions",
    "listWorkspaces",
    "listAgents",
    "getSettings",
  ] as const;
  await until("every workspace is prepared", async () => {
    const { items } = (await server.call("listWorkspaces", { query: { limit: 200 } })).body;
    return items.every(({ state }) => state !== "cloning");
  });
  return Promise.all(lists.map(async (operationId) => (await server.call(operationId)).body));
}

test.each(operations)(
  "%s refuses who has no key, a wrong one, or one in the wrong place",
  async (operationId) => {
    const request = await examples[operationId](createWorld(server));
    await expectRefusesStrangers(server, operationId, { request, state: everything });
  },
);

test.each(operations)(
  "%s refuses two keys at once, and a key spelled in another way",
  async (operationId) => {
    const request = await examples[operationId](createWorld(server));
    const spellings: Record<string, string>[] = [
      { authorization: `Basic ${Buffer.from(`key:${server.key}`).toString("base64")}` },
      { authorization: server.key },
      { "x-api-key": server.key.toUpperCase() },
      { "x-api-key": `${server.key}x` },
      { "x-api-key": server.key.slice(0, -1) },
      { "x-api-key": server.key, authorization: "Bearer other-key-0123456789" },
    ];
    for (const spelling of spellings) {
      const answer = await server.call(operationId, {
        ...request,
        key: null,
        headers: { ...request.headers, ...spelling },
      });
      expect(answer.status).toBe(401);
    }
  },
);

test("the key as a bearer token is as good as in its own header", async () => {
  const headers = { authorization: `Bearer ${server.key}` };
  expect((await server.call("getServer", { key: null, headers })).status).toBe(200);
});

test("who has no key learns nothing: not which paths, methods or ids there are", async () => {
  const answers = [];
  for (const [method, path] of [
    ["GET", "/v1/nothing"],
    ["PUT", "/v1/sessions"],
    ["GET", "/v1/sessions/1"],
    ["GET", "/"],
    ["POST", "/v1/files"],
  ] as const)
    answers.push((await server.request(method, path, { key: null })).status);
  expect(answers.filter((status) => status !== 401)).toEqual([]);
});
