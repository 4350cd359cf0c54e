import { ToolFailure } from "../../../lib/tool.ts";
import type { WorkspaceFiles, WorkspaceHost, WorkspaceHosts } from "../../../lib/workspace.ts";
import type { Life } from "../life.ts";
import { createSearch } from "../search.ts";
import { createShell } from "./shell.ts";
import type { Stage } from "../stage.ts";

/** Workspaces in memory. They outlive the runs of the server; what a dead life still wants to write does not arrive. */
export function createHosts(life: Life, stage: Stage, connect: Connect): WorkspaceHosts {
  return {
    open: (workspaceId) => {
      const root = `/workspaces/${workspaceId}`;
      const files = createFiles({ life, stage, root, workspaceId });
      const host: WorkspaceHost = {
        root,
        workingFolder: root,
        files,
        shell: createShell(life, stage, {
          keepLog: (path, text) => put(stage, workspaceId, path.slice(root.length + 1), text),
          connect: (name, signal) => connect(workspaceId, name, signal),
        }),
        search: createSearch(() => folderOf(stage, workspaceId)),
        keep: async (name, text) => {
          put(stage, workspaceId, `.talkcody/${name}`, text);
          return `.talkcody/${name}`;
        },
      };
      return host;
    },
    forget: async () => {},
  };
}

/** A connection of a command of the workspace to a host. */
export type Connect = (workspaceId: string, host: string, signal: AbortSignal) => Promise<void>;

function folderOf({ folders }: Stage, workspaceId: string): Map<string, Uint8Array> {
  const folder = folders.get(workspaceId) ?? new Map<string, Uint8Array>();
  folders.set(workspaceId, folder);
  return folder;
}

function put(stage: Stage, workspaceId: string, path: string, content: string | Uint8Array): void {
  folderOf(stage, workspaceId).set(path, typeof content === "string" ? Buffer.from(content) : content);
}

interface Place {
  life: Life;
  stage: Stage;
  root: string;
  workspaceId: string;
}

function createFiles({ life, stage, root, workspaceId }: Place): WorkspaceFiles {
  const { time, faults } = stage;
  const relative = (path: string) => {
    const inside = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
    if (inside.startsWith("/") || inside.split("/").includes(".."))
      throw new ToolFailure(`${path} leads outside of the workspace.`);
    return inside === root || inside === "" ? "." : inside;
  };
  const find = (path: string) => folderOf(stage, workspaceId).get(relative(path));
  return {
    relative,
    stat: async (path) => {
      if (relative(path) === ".")
        return { type: "folder", sizeBytes: 0, modifiedAt: 0, mode: 0o755, version: "" };
      const bytes = find(path);
      return bytes && { type: "file", sizeBytes: bytes.length, modifiedAt: 0, mode: 0o644, version: "" };
    },
    read: async (path) => {
      const bytes = find(path);
      if (bytes === undefined) throw new ToolFailure(`There is no file ${path}.`);
      return bytes;
    },
    sync: async () => {},
    write: async (path, content) => {
      await time.turn(life, `write ${relative(path)}`);
      if (life.isOver) return await never();
      if (faults.strikes("disk full on write", 0.05))
        throw new ToolFailure(`${path} cannot be written: the disk is full.`);
      put(stage, workspaceId, relative(path), content);
      await time.turn(life, `wrote ${relative(path)}`);
    },
  };
}

/** What a process waits for that is gone. */
function never(): Promise<never> {
  return new Promise(() => {});
}
