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
  return hasCommits(view, [...starts, "--branches", "--not", "--remotes", "--"]);
}

/** True also when the log cannot be read, because there may be commits. */
async function hasCommits(view: GitView, range: readonly string[]): Promise<boolean> {
  try {
    const { value } = await view.ask((git) => git.log(["--max-count=1", ...range]));
    return value.total > 0;
  } catch {
    return true;
  }
}

/** Whether a scratch folder contains anything but our own folders. */
export async function scratchHasWork(root: string): Promise<boolean> {
  const names = await readdir(root);
  return names.some((name) => name !== ".git" && name !== ".talkcody");
}
