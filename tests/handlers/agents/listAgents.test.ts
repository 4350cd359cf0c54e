import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, walkPages } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const list = (query = {}) => server.call("listAgents", { query });

test("listAgents walks all profiles, the built-in one first, each once, in every page size", async () => {
  const made: string[] = [];
  for (const name of ["A", "B", "C"])
    made.push((await server.call("createAgent", { body: { name, systemPrompt: "S" } })).body.id);
  for (const limit of [1, 2, 3, 4, 5]) {
    const walked = await walkPages((query) => list(query), limit);
    expect(walked.map(({ builtIn }) => builtIn)).toEqual([true, false, false, false]);
    expect(walked.slice(1).map(({ id }) => id)).toEqual(made);
  }
});

test("listAgents refuses queries that are not of the contract", async () => {
  for (const query of [{ limit: 0 }, { cursor: "1" }, { name: "A" }])
    expectProblem(await list(query), "invalid-request");
});

test("listAgents is for key holders only", async () => {
  await expectRefusesStrangers(server, "listAgents", { state: async () => null });
});
