import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { scratch } from "../../support/workspaces.ts";

const server = useTestServer();
const get = (workspaceId: string) => server.call("getWorkspaceVariables", { params: { workspaceId } });

test("getWorkspaceVariables shows the variables of the workspace, and of a secret one not its value", async () => {
  const [one, other] = [await scratch(server), await scratch(server)];
  expect((await get(one.workspaceId)).body).toEqual({});
  const variables = { PLAIN: { value: "shown", secret: false }, TOKEN: { value: "not-shown-at-all" } };
  const params = { workspaceId: one.workspaceId };
  expect((await server.call("updateWorkspace", { params, body: { variables } })).status).toBe(200);
  const { status, body } = await get(one.workspaceId);
  expect(status).toBe(200);
  expect(body).toEqual({
    PLAIN: { set: true, secret: false, value: "shown", last4: null },
    TOKEN: { set: true, secret: true, value: null, last4: "-all" },
  });
  expect((await get(other.workspaceId)).body).toEqual({});
});

test("getWorkspaceVariables finds no workspace that is not there", async () => {
  expectProblem(await get(unknownId("wsp")), "not-found");
  expectProblem(await get("wsp_1"), "invalid-request");
});

test("getWorkspaceVariables is for key holders only", async () => {
  const { workspaceId } = await scratch(server);
  await expectRefusesStrangers(server, "getWorkspaceVariables", {
    request: { params: { workspaceId } },
    state: async () => null,
  });
});
