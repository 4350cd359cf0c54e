import { expect } from "vitest";
import type { Schemas } from "../../packages/shared/src/index.ts";
import { createRepository, type TestRepository } from "./repository.ts";
import type { Caller } from "./clients/caller.ts";
import type { TestServer } from "./server/server.ts";
import { until } from "./until.ts";

type Workspace = Schemas["Workspace"];

/** The workspace once it is ready or has failed. */
export function prepared(server: Caller, workspaceId: string): Promise<Workspace> {
  return until(`workspace ${workspaceId} is prepared`, async () => {
    const { body } = await server.call("getWorkspace", { params: { workspaceId } });
    return body.state !== "cloning" && body;
  });
}

/** A fresh repository and a ready clone of it. */
export async function cloned(
  server: TestServer,
  files?: Record<string, string>,
): Promise<{ repository: TestRepository; workspaceId: string; folder: string }> {
  const repository = createRepository(server.folder, files);
  const { body } = await server.call("createWorkspace", { body: { repository: repository.path } });
  expect(await prepared(server, body.id)).toMatchObject({ state: "ready", error: null });
  return { repository, workspaceId: body.id, folder: folderOf(server, body.id) };
}

/** A ready scratch workspace. */
export async function scratch(server: TestServer): Promise<{ workspaceId: string; folder: string }> {
  const { body } = await server.call("createWorkspace", { body: {} });
  await prepared(server, body.id);
  return { workspaceId: body.id, folder: folderOf(server, body.id) };
}

function folderOf(server: TestServer, workspaceId: string): string {
  return `${server.dataDir}/workspaces/${workspaceId}`;
}
