import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { cloned, prepared } from "../../support/workspaces.ts";

const server = useTestServer();
const status = (workspaceId: string) => server.call("getWorkspaceStatus", { params: { workspaceId } });

test("getWorkspaceStatus of a fresh clone tells its branch and no change", async () => {
  const { repository, workspaceId } = await cloned(server);
  const answer = await status(workspaceId);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    branch: "main",
    head: repository.git("rev-parse", "HEAD"),
    upstream: "origin/main",
    ahead: 0,
    behind: 0,
    changes: [],
    truncated: false,
  });
});

test("getWorkspaceStatus names every kind of change", async () => {
  const files = {
    "changed.txt": "1\n",
    "gone.txt": "2\n",
    "old name.txt": "a long enough text to be found again\n",
  };
  const { workspaceId, folder } = await cloned(server, files);
  writeFileSync(join(folder, "changed.txt"), "1 more\n");
  rmSync(join(folder, "gone.txt"));
  execFileSync("git", ["mv", "old name.txt", "new näme.txt"], { cwd: folder });
  writeFileSync(join(folder, "un\ttracked.txt"), "new");
  const { changes } = (await status(workspaceId)).body;
  expect(changes.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
    { path: "changed.txt", status: "modified", staged: false },
    { path: "gone.txt", status: "deleted", staged: false },
    { path: "new näme.txt", status: "renamed", staged: true, originalPath: "old name.txt" },
    { path: "un\ttracked.txt", status: "untracked", staged: false },
  ]);
});

test("getWorkspaceStatus refuses workspaces that are not ready or not there", async () => {
  const { id } = (await server.call("createWorkspace", { body: { repository: join(server.folder, "none") } }))
    .body;
  await prepared(server, id);
  expectProblem(await status(id), "workspace-not-ready");
  expectProblem(await status(unknownId("wsp")), "not-found");
});

test("getWorkspaceStatus is for key holders only", async () => {
  const { workspaceId } = await cloned(server);
  await expectRefusesStrangers(server, "getWorkspaceStatus", {
    request: { params: { workspaceId } },
    state: async () => null,
  });
});
