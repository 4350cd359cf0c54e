import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { cloned, prepared } from "../../support/workspaces.ts";

const server = useTestServer();
const diff = (workspaceId: string, query = {}) =>
  server.call("getWorkspaceDiff", { params: { workspaceId }, query });

test("getWorkspaceDiff shows what changed, new files included", async () => {
  const { workspaceId, folder } = await cloned(server, { "a.txt": "one\n", "b.txt": "same\n" });
  expect((await diff(workspaceId)).body).toEqual({ patch: "", truncated: false });
  writeFileSync(join(folder, "a.txt"), "two\n");
  writeFileSync(join(folder, "new.txt"), "fresh\n");
  const { patch } = (await diff(workspaceId)).body;
  expect(patch).toContain("-one\n+two\n");
  expect(patch).toContain("+fresh\n");
  expect(patch).not.toContain("b.txt");
});

test("getWorkspaceDiff keeps to one path", async () => {
  const { workspaceId, folder } = await cloned(server, { "a/one.txt": "1\n", "b/two.txt": "2\n" });
  writeFileSync(join(folder, "a/one.txt"), "11\n");
  writeFileSync(join(folder, "b/two.txt"), "22\n");
  const { patch } = (await diff(workspaceId, { path: "a" })).body;
  expect(patch).toContain("+11");
  expect(patch).not.toContain("+22");
});

test("getWorkspaceDiff cuts at 1 MiB and says so", async () => {
  const { workspaceId, folder } = await cloned(server);
  writeFileSync(join(folder, "large.txt"), "a line of some length\n".repeat(60_000));
  const { body } = await diff(workspaceId);
  expect(body.truncated).toBe(true);
  expect(body.patch.length).toBeLessThanOrEqual(1024 * 1024);
});

test("getWorkspaceDiff never leads outside", async () => {
  const { workspaceId } = await cloned(server);
  for (const path of ["../..", "a/../../.."]) expectProblem(await diff(workspaceId, { path }), "not-found");
  for (const path of ["/etc/passwd", "", "a\u0000b"])
    expectProblem(await diff(workspaceId, { path }), "invalid-request");
  expect((await diff(workspaceId, { path: ".git/config" })).body.patch).toBe("");
});

test("getWorkspaceDiff refuses workspaces that are not ready or not there", async () => {
  const { id } = (await server.call("createWorkspace", { body: { repository: join(server.folder, "none") } }))
    .body;
  await prepared(server, id);
  expectProblem(await diff(id), "workspace-not-ready");
  expectProblem(await diff(unknownId("wsp")), "not-found");
});

test("getWorkspaceDiff is for key holders only", async () => {
  const { workspaceId } = await cloned(server);
  await expectRefusesStrangers(server, "getWorkspaceDiff", {
    request: { params: { workspaceId } },
    state: async () => null,
  });
});
