import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, walkPages } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const list = (query = {}) => server.call("listWorkspaces", { query });

test("listWorkspaces walks all workspaces, newest first, each once", async () => {
  const made: string[] = [];
  for (let count = 0; count < 5; count++)
    made.push((await server.call("createWorkspace", { body: {} })).body.id);
  const walked = await walkPages((query) => list(query));
  expect(walked.map(({ id }) => id)).toEqual(made.reverse());
});

test("listWorkspaces refuses queries that are not of the contract", async () => {
  for (const query of [{ limit: 0 }, { cursor: "1" }, { kind: "clone" }])
    expectProblem(await list(query), "invalid-request");
});

test("listWorkspaces is for key holders only", async () => {
  await expectRefusesStrangers(server, "listWorkspaces", { state: async () => null });
});
