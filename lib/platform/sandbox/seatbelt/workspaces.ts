import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { SandboxGrants } from "../../../ports/sandbox.ts";
import { homeOf, removeWorkspaceFolders, temporaryOf } from "../launch/workspaces.ts";
import type { SandboxOptions } from "../options.ts";
import { makeToolFolder, type ToolUser } from "../tool-user.ts";
import type { WorkspaceFolders } from "../view/view.ts";

export interface SeatbeltWorkspace {
  /** Without links. */
  folders: WorkspaceFolders;
  /** Where the proxy listens for this workspace. */
  port: number;
  /** `name:password` with which its commands use the proxy: every program of the host could connect. */
  proxyUser: string;
  close(): void;
}

type WorkspacesOptions = Pick<SandboxOptions, "folder" | "proxy"> & { user: ToolUser };

/** The folders and the proxy of workspaces, made at the first program and kept for the next. */
export function createSeatbeltWorkspaces(options: WorkspacesOptions) {
  const opened = new Map<string, Promise<SeatbeltWorkspace>>();
  const closeOne = (id: string) => {
    void opened
      .get(id)
      ?.then(({ close }) => close())
      .catch(() => {}); // It was never open.
    opened.delete(id);
  };
  return {
    open: (workspace: SandboxGrants["workspace"]): Promise<SeatbeltWorkspace> => {
      const known = opened.get(workspace.id) ?? openWorkspace(options, workspace);
      opened.set(workspace.id, known);
      known.catch(() => opened.delete(workspace.id)); // The next program tries again.
      return known;
    },
    forget: async (id: string): Promise<void> => {
      closeOne(id);
      options.proxy.endWorkspace(id);
      await removeWorkspaceFolders(options.folder, id);
    },
    close: () => [...opened.keys()].forEach(closeOne),
  };
}

async function openWorkspace(
  { folder, user, proxy }: WorkspacesOptions,
  { id, root }: SandboxGrants["workspace"],
): Promise<SeatbeltWorkspace> {
  const [home, temporary] = [homeOf(folder, id), temporaryOf(folder, id)];
  for (const own of [home, temporary]) makeToolFolder(own, user);
  const proxyUser = `agent:${randomBytes(24).toString("hex")}`;
  const authorization = `Basic ${Buffer.from(proxyUser).toString("base64")}`;
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    proxy.handle(socket, { workspaceId: id, authorization }),
  ).unref();
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    folders: { root: realpathSync(root), home: realpathSync(home), temporary: realpathSync(temporary) },
    ...{ port: portOf(server), proxyUser, close: () => server.close() },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  return address.port;
}
