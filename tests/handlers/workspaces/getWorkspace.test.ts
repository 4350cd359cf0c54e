import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { scratch } from "../../support/workspaces.ts";

const server = useTestServer();
const get = (workspaceId: string) => server.call("getWorkspace", { params: { workspaceId } });

test("getWorkspace tells how the workspace is", async () => {
  const { workspaceId } = await scratch(server);
  const { status, body } = await get(workspaceId);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: workspaceId, kind: "scratch", state: "ready", error: null });
});

test("getWorkspace finds no workspace that is not there", async () => {
  expectProblem(await get(unknownId("wsp")), "not-found");
  expectProblem(await get("wsp_1"), "invalid-request");
});

test("getWorkspace is for key holders only", async () => {
  const { workspaceId } = await scratch(server);
  await expectRefusesStrangers(server, "getWorkspace", {
    request: { params: { workspaceId } },
    state: async () => null,
  });
});
