import type { GitView } from "./view.ts";

/** The current commit and branch of a workspace. `head` is null when there is no commit, `branch` when it is detached. */
export async function readHead(view: GitView): Promise<{ head: string | null; branch: string | null }> {
  const { exitCode, stdout } = await view.run(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  return { head: exitCode === 0 ? stdout.toString("utf8").trim() : null, branch: view.branch };
}
