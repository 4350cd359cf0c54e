import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce } from "../../support/claims.ts";
import { createRepository } from "../../support/repository.ts";
import { startTestServer } from "../../support/server/server.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { cloned, prepared, scratch } from "../../support/workspaces.ts";

const server = useTestServer();
const create = (body: unknown) => server.call("createWorkspace", { body });
const count = async () => (await server.call("listWorkspaces", { query: { limit: 200 } })).body.items.length;

test("createWorkspace clones a repository while the answer is on its way", async () => {
  const repository = createRepository(server.folder, { "a.txt": "A\n" });
  const { status, body } = await create({ repository: repository.path });
  expect(status).toBe(201);
  expect(body).toMatchObject({ kind: "clone", state: "cloning", repository: repository.path, head: null });
  const ready = await prepared(server, body.id);
  const head = repository.git("rev-parse", "HEAD");
  expect(ready).toMatchObject({ state: "ready", branch: "main", head, progress: null, error: null });
});

test("createWorkspace puts the files in place", async () => {
  const { folder } = await cloned(server, { "deep/file.txt": "text\n" });
  expect(readFileSync(join(folder, "deep/file.txt"), "utf8")).toBe("text\n");
});

test("createWorkspace clones the branch that was asked for", async () => {
  const repository = createRepository(server.folder);
  repository.git("checkout", "--quiet", "-b", "feature/x");
  const head = repository.commit({ "new.txt": "new\n" });
  repository.git("checkout", "--quiet", "main");
  const { id } = (await create({ repository: repository.path, branch: "feature/x" })).body;
  expect(await prepared(server, id)).toMatchObject({ state: "ready", branch: "feature/x", head });
});

test("createWorkspace makes an empty folder under git without a repository", async () => {
  const { workspaceId } = await scratch(server);
  const status = (await server.call("getWorkspaceStatus", { params: { workspaceId } })).body;
  expect(status).toMatchObject({ changes: [], head: null });
});

test("createWorkspace says in words why a clone failed", async () => {
  const missing = (await create({ repository: join(server.folder, "nowhere") })).body;
  const failed = await prepared(server, missing.id);
  expect(failed).toMatchObject({ state: "failed", error: { code: "clone-failed" } });
  const repository = createRepository(server.folder);
  const noBranch = (await create({ repository: repository.path, branch: "no-such" })).body;
  expect(await prepared(server, noBranch.id)).toMatchObject({ error: { code: "clone-failed" } });
});

test("createWorkspace refuses what could make git do something else", async () => {
  const before = await count();
  const repositories = [
    "--upload-pack=touch /tmp/x",
    "ext::sh -c touch% /tmp/x",
    "-oProxyCommand=x",
    "https://user:password@example.com/a.git",
    "http://example.com/a.git",
    "ftp://example.com/a.git",
    "relative/path",
    "/tmp/a\nb",
    "",
  ];
  for (const repository of repositories) expectProblem(await create({ repository }), "invalid-request");
  for (const branch of ["--force", "a..b", "a b", "/a", "a/", "a.lock/../b", "HEAD^"])
    expectProblem(await create({ repository: server.folder, branch }), "invalid-request");
  for (const body of [{ branch: "main" }, { path: "/tmp" }, []])
    expectProblem(await create(body), "invalid-request");
  expect(await count()).toBe(before);
});

test("createWorkspace clones nothing of the host itself where that is not allowed", async () => {
  const strict = await startTestServer({ env: { TALKCODY_ALLOW_LOCAL_REPOSITORIES: "false" } });
  try {
    const repositories = [
      "/etc",
      "file:///etc",
      "http://127.0.0.1:1/a",
      "https://localhost/a",
      "git@localhost:a",
      "https://0/a",
      "https://0.0.0.0/a",
      "https://2130706433/a",
      "https://10.0.0.1/a",
      "https://169.254.169.254/a",
      "ssh://git@192.168.1.1/a",
      "git@127.1:a",
    ];
    for (const repository of repositories)
      expectProblem(await strict.call("createWorkspace", { body: { repository } }), "local-repository");
    expect((await strict.call("listWorkspaces")).body.items).toEqual([]);
    expect((await strict.call("createWorkspace", { body: {} })).status).toBe(201);
  } finally {
    await strict.stop();
  }
});

test("createWorkspace works once for each idempotency key", async () => {
  const repository = createRepository(server.folder).path;
  const other = { body: { repository, branch: "main" } };
  await expectWorksOnce(server, "createWorkspace", {
    request: { body: { repository } },
    other,
    effects: count,
  });
});

test("createWorkspace is for key holders only", async () => {
  await expectRefusesStrangers(server, "createWorkspace", { request: { body: {} }, state: count });
});
