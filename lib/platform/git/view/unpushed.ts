import { readdir } from "node:fs/promises";
import { readStatus } from "./status.ts";
import type { GitView } from "./view.ts";

/** Whether a clone holds commits, changes, stashes or new files that no remote has. */
export async function cloneHasUnpushedWork(view: GitView): Promise<boolean> {
  const { changes } = await readStatus(view);
  if (changes.length > 0) return true;
  const starts: string[] = [];
  for (const ref of ["HEAD", "refs/stash"]) {
    const { exitCode } = await view.run(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
    if (exitCode === 0) starts.push(ref);
  }
  const commits = await view.run([
    "rev-list",
    "--max-count=1",
    ...starts,
    "--branches",
    "--not",
    "--remotes",
    "--",
  ]);
  return commits.exitCode !== 0 || commits.stdout.length > 0;
}

/** Whether a scratch folder holds anything of its user's. */
export async function scratchHasWork(root: string): Promise<boolean> {
  const names = await readdir(root);
  return names.some((name) => name !== ".git" && name !== ".talkcody");
}
