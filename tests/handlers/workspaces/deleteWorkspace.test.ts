import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { createSession } from "../../support/conversation.ts";
import { until } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { cloned, scratch } from "../../support/workspaces.ts";

const server = useTestServer();
const remove = (workspaceId: string, query = {}) =>
  server.call("deleteWorkspace", { params: { workspaceId }, query });

test("deleteWorkspace takes the workspace off the record and off the disk, and spares its origin", async () => {
  const { workspaceId, folder, repository } = await cloned(server);
  expect((await remove(workspaceId)).status).toBe(204);
  expectProblem(await server.call("getWorkspace", { params: { workspaceId } }), "not-found");
  await until("the folder is gone", () => !existsSync(folder));
  expect(repository.git("log", "--oneline")).not.toBe("");
  expectProblem(await remove(workspaceId), "not-found");
});

test("deleteWorkspace refuses while a session lives in it, forced or not", async () => {
  const { workspaceId, folder } = await scratch(server);
  const session = await createSession(server, { workspaceId });
  expectProblem(await remove(workspaceId), "workspace-in-use");
  expectProblem(await remove(workspaceId, { force: true }), "workspace-in-use");
  expect(existsSync(folder)).toBe(true);
  await server.call("deleteSession", { params: { sessionId: session.id } });
  expect((await remove(workspaceId)).status).toBe(204);
});

test("deleteWorkspace refuses to lose work that no remote has, unless forced", async () => {
  const changed = await cloned(server);
  writeFileSync(join(changed.folder, "new.txt"), "work");
  const committed = await cloned(server);
  const author = ["-c", "user.name=T", "-c", "user.email=t@example.test"];
  execFileSync("git", [...author, "commit", "--quiet", "--allow-empty", "-m", "Work"], {
    cwd: committed.folder,
  });
  const started = await scratch(server);
  writeFileSync(join(started.folder, "new.txt"), "work");
  for (const { workspaceId, folder } of [changed, committed, started]) {
    expectProblem(await remove(workspaceId), "unpushed-work");
    expect(existsSync(folder)).toBe(true);
    expect((await remove(workspaceId, { force: true })).status).toBe(204);
    await until("the folder is gone", () => !existsSync(folder));
  }
});

test("deleteWorkspace refuses what it does not know", async () => {
  expectProblem(await remove(unknownId("wsp")), "not-found");
  expectProblem(await remove(unknownId("wsp"), { force: "maybe" }), "invalid-request");
});

test("deleteWorkspace is for key holders only", async () => {
  const { workspaceId, folder } = await scratch(server);
  const state = async () => [
    (await server.call("getWorkspace", { params: { workspaceId } })).body,
    existsSync(folder),
  ];
  await expectRefusesStrangers(server, "deleteWorkspace", { request: { params: { workspaceId } }, state });
});
