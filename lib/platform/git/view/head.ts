import type { GitView } from "./view.ts";

/** The commit and the branch a workspace is at; a repository without commits has no head. */
export async function readHead(view: GitView): Promise<{ head: string | null; branch: string | null }> {
  const { exitCode, stdout } = await view.run(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  return { head: exitCode === 0 ? stdout.toString("utf8").trim() : null, branch: view.branch };
}
