import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { cloned, prepared, scratch } from "../../support/workspaces.ts";

const server = useTestServer();
const read = (workspaceId: string, path: string) =>
  server.call("getWorkspaceContent", { params: { workspaceId }, query: { path } });

test("getWorkspaceContent gives the very bytes", async () => {
  const { workspaceId, folder } = await scratch(server);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  writeFileSync(join(folder, "näme with blank.bin"), bytes);
  const answer = await read(workspaceId, "näme with blank.bin");
  expect(answer.status).toBe(200);
  expect(answer.bytes.equals(bytes)).toBe(true);
  expect(answer.headers["content-disposition"]).toMatch(/^attachment/);
  expect(answer.headers["x-content-type-options"]).toBe("nosniff");
});

test("getWorkspaceContent gives an empty file", async () => {
  const { workspaceId } = await cloned(server, { empty: "" });
  const answer = await read(workspaceId, "empty");
  expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
});

test("getWorkspaceContent never leads outside the workspace", async () => {
  const { workspaceId, folder } = await scratch(server);
  symlinkSync("/etc/passwd", join(folder, "link"));
  symlinkSync("/etc", join(folder, "folder-link"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const outside = [
    "../../api-key",
    "../../../etc/passwd",
    "link",
    "folder-link/passwd",
    ".git/config",
    "a/../.git/HEAD",
  ];
  for (const path of [...outside, "pipe", ".", "nowhere"])
    expectProblem(await read(workspaceId, path), "not-found");
  for (const path of ["/etc/passwd", "", "a\u0000b", "a\nb"])
    expectProblem(await read(workspaceId, path), "invalid-request");
});

test("getWorkspaceContent refuses a file over 10 MiB", async () => {
  const { workspaceId, folder } = await scratch(server);
  writeFileSync(join(folder, "large"), Buffer.alloc(10 * 1024 * 1024 + 1));
  expectProblem(await read(workspaceId, "large"), "too-large");
});

test("getWorkspaceContent refuses workspaces that are not ready or not there", async () => {
  const { id } = (await server.call("createWorkspace", { body: { repository: join(server.folder, "none") } }))
    .body;
  await prepared(server, id);
  expectProblem(await read(id, "a"), "workspace-not-ready");
  expectProblem(await read(unknownId("wsp"), "a"), "not-found");
  expectProblem(await server.call("getWorkspaceContent", { params: { workspaceId: id } }), "invalid-request");
});

test("getWorkspaceContent is for key holders only", async () => {
  const { workspaceId } = await cloned(server);
  const request = { params: { workspaceId }, query: { path: "README.md" } };
  await expectRefusesStrangers(server, "getWorkspaceContent", { request, state: async () => null });
});
