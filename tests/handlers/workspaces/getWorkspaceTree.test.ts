import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { cloned, prepared } from "../../support/workspaces.ts";

const server = useTestServer();
const tree = (workspaceId: string, query = {}) =>
  server.call("getWorkspaceTree", { params: { workspaceId }, query });
const files = { "README.md": "# R\n", "src/deep/a.ts": "a\n", "src/b.ts": "bb\n", ".gitignore": "ignored\n" };

test("getWorkspaceTree lists one level, or as deep as asked, without .git and ignored files", async () => {
  const { workspaceId, folder } = await cloned(server, files);
  writeFileSync(join(folder, "ignored"), "x");
  const paths = async (query = {}) => (await tree(workspaceId, query)).body.items.map(({ path }) => path);
  expect(await paths()).toEqual([".gitignore", "README.md", "src"]);
  expect(await paths({ path: "src" })).toEqual(["src/b.ts", "src/deep"]);
  expect(await paths({ depth: 3 })).toEqual([
    ".gitignore",
    "README.md",
    "src",
    "src/b.ts",
    "src/deep",
    "src/deep/a.ts",
  ]);
});

test("getWorkspaceTree tells type and size, and follows no link outside", async () => {
  const { workspaceId, folder } = await cloned(server, files);
  symlinkSync("/etc", join(folder, "etc"));
  const { items } = (await tree(workspaceId, { depth: 10 })).body;
  expect(items).toContainEqual({ path: "src", type: "folder", sizeBytes: null });
  expect(items).toContainEqual({ path: "src/b.ts", type: "file", sizeBytes: 3 });
  expect(items).toContainEqual({ path: "etc", type: "link", sizeBytes: null });
  expect(items.filter(({ path }) => path.startsWith("etc/"))).toEqual([]);
  expectProblem(await tree(workspaceId, { path: "etc" }), "not-found");
});

test("getWorkspaceTree cuts at 1000 entries and says so", async () => {
  const many = Object.fromEntries(Array.from({ length: 1005 }, (_, count) => [`f${count}.txt`, ""]));
  const { workspaceId } = await cloned(server, many);
  const { body } = await tree(workspaceId);
  expect([body.items.length, body.truncated]).toEqual([1000, true]);
});

test("getWorkspaceTree refuses what is no folder of the workspace", async () => {
  const { workspaceId } = await cloned(server, files);
  for (const path of ["nowhere", "..", "src/../..", ".git", "README.md"])
    expectProblem(await tree(workspaceId, { path }), "not-found");
  for (const query of [{ path: "/etc" }, { depth: 0 }, { depth: 11 }, { path: "" }])
    expectProblem(await tree(workspaceId, query), "invalid-request");
});

test("getWorkspaceTree refuses workspaces that are not ready or not there", async () => {
  const { id } = (await server.call("createWorkspace", { body: { repository: join(server.folder, "none") } }))
    .body;
  await prepared(server, id);
  expectProblem(await tree(id), "workspace-not-ready");
  expectProblem(await tree(unknownId("wsp")), "not-found");
});

test("getWorkspaceTree is for key holders only", async () => {
  const { workspaceId } = await cloned(server);
  await expectRefusesStrangers(server, "getWorkspaceTree", {
    request: { params: { workspaceId } },
    state: async () => null,
  });
});
