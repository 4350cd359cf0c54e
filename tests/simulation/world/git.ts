import type { Git } from "../../../lib/ports/git.ts";
import type { WebFetcher } from "../../../lib/tool.ts";
import { ToolFailure } from "../../../lib/tool.ts";
import type { Life } from "../life.ts";
import type { Stage } from "../stage.ts";

/** Repositories that are nothing but a commit. */
export function createGit(life: Life, { time, heads, random }: Stage): Git {
  const moved = (workspaceId: string) => {
    const head = random
      .below(2 ** 30)
      .toString(16)
      .padStart(40, "0");
    heads.set(workspaceId, head);
    return { head, branch: "main" };
  };
  return {
    inspectRepository: () => "remote",
    clone: async ({ workspaceId, signal, onProgress }) => {
      onProgress({ phase: "Receiving objects", percent: 50 });
      await time.turn(life, "clone", signal);
      return moved(workspaceId);
    },
    createScratch: () => time.turn(life, "scratch"),
    sync: async (workspaceId) => moved(workspaceId),
    head: async (workspaceId) => heads.get(workspaceId) ?? null,
    worktreeState: async (workspaceId) => ({ summary: heads.get(workspaceId) ?? "", changed: [] }),
    status: () => Promise.reject(new Error("Nobody asks for a status here.")),
    diff: () => Promise.reject(new Error("Nobody asks for a diff here.")),
    hasUnpushedWork: async () => false,
    folders: () => Promise.reject(new Error("Nothing is restored here.")),
    setAside: () => Promise.reject(new Error("Nothing is restored here.")),
    remove: async (workspaceId) => void heads.delete(workspaceId),
  };
}

export function createFetcher(life: Life, { time, faults }: Stage): WebFetcher {
  return {
    fetch: async (url, signal) => {
      await time.turn(life, `fetch ${url}`, signal);
      if (faults.strikes("fetch fails", 0.5)) throw new ToolFailure(`${url} cannot be reached.`);
      const body = Buffer.from(`A page at ${url}`);
      return { url, status: 200, mediaType: "text/plain", body, truncated: false };
    },
  };
}
