import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { cloned, prepared } from "../../support/workspaces.ts";

const server = useTestServer();
const sync = (workspaceId: string, headers = {}) =>
  server.call("syncWorkspace", { params: { workspaceId }, headers });

test("syncWorkspace brings what is new", async () => {
  const { repository, workspaceId, folder } = await cloned(server);
  const head = repository.commit({ "new.txt": "new\n" });
  const { status, body } = await sync(workspaceId);
  expect(status).toBe(200);
  expect(body).toMatchObject({ head, branch: "main", state: "ready" });
  expect(readFileSync(join(folder, "new.txt"), "utf8")).toBe("new\n");
  expect((await sync(workspaceId)).body.head).toBe(head);
});

test("syncWorkspace never overwrites local work", async () => {
  const { repository, workspaceId, folder } = await cloned(server);
  writeFileSync(join(folder, "README.md"), "mine\n");
  repository.commit({ "README.md": "theirs\n" });
  expectProblem(await sync(workspaceId), "sync-refused");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine\n");
});

test("syncWorkspace refuses a branch that cannot be fast-forwarded", async () => {
  const { repository, workspaceId, folder } = await cloned(server);
  const author = ["-c", "user.name=T", "-c", "user.email=t@example.test"];
  execFileSync("git", [...author, "commit", "--quiet", "--allow-empty", "-m", "Mine"], { cwd: folder });
  const mine = execFileSync("git", ["rev-parse", "HEAD"], { cwd: folder, encoding: "utf8" });
  repository.commit({ "new.txt": "theirs\n" });
  expectProblem(await sync(workspaceId), "sync-refused");
  expect(execFileSync("git", ["rev-parse", "HEAD"], { cwd: folder, encoding: "utf8" })).toBe(mine);
});

test("syncWorkspace refuses workspaces that are not ready or not there", async () => {
  const { id } = (await server.call("createWorkspace", { body: { repository: join(server.folder, "none") } }))
    .body;
  await prepared(server, id);
  expectProblem(await sync(id), "workspace-not-ready");
  expectProblem(await sync(unknownId("wsp")), "not-found");
});

test("syncWorkspace refuses a body", async () => {
  const { workspaceId } = await cloned(server);
  expectProblem(
    await server.call("syncWorkspace", { params: { workspaceId }, body: {} }),
    "unsupported-media-type",
  );
});

test("syncWorkspace answers the same again under the same key, and another workspace is refused", async () => {
  const first = await cloned(server);
  const second = await cloned(server);
  const headers = { "Idempotency-Key": "sync-1" };
  const { body } = await sync(first.workspaceId, headers);
  first.repository.commit({ "later.txt": "later\n" });
  expect((await sync(first.workspaceId, headers)).body).toEqual(body);
  expectProblem(await sync(second.workspaceId, headers), "idempotency-key-reused");
  expect((await sync(first.workspaceId)).body.head).not.toBe(body.head);
});

test("syncWorkspace is for key holders only", async () => {
  const { repository, workspaceId } = await cloned(server);
  repository.commit({ "new.txt": "new\n" });
  const state = async () => (await server.call("getWorkspaceStatus", { params: { workspaceId } })).body;
  await expectRefusesStrangers(server, "syncWorkspace", { request: { params: { workspaceId } }, state });
});
