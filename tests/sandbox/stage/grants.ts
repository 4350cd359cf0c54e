import { expect } from "vitest";
import type { Caller } from "../../support/clients/caller.ts";

export interface NetworkGrant {
  mode: "none" | "hosts" | "open";
  hosts?: string[];
  presets?: ("registries" | "repository")[];
}

/** What a person grants the commands of a workspace. */
export async function grantNetwork(
  server: Caller,
  workspaceId: string,
  network: NetworkGrant,
): Promise<void> {
  await change(server, workspaceId, { network: { hosts: [], presets: [], ...network } });
}

export async function change(
  server: Caller,
  workspaceId: string,
  body: Record<string, unknown>,
): Promise<void> {
  const { status, bytes } = await server.request("PATCH", `/v1/workspaces/${workspaceId}`, { body });
  expect(status, bytes.toString()).toBe(200);
}
