import { AppError } from "../../../errors.ts";
import type { WorkspaceStatus } from "../../../workspace.ts";
import { readHead } from "./head.ts";
import { refuseForeignSubmodules } from "./submodules.ts";
import type { GitView } from "./view.ts";

type Change = WorkspaceStatus["changes"][number];

const changesMax = 1000;

export async function readStatus(view: GitView): Promise<WorkspaceStatus> {
  const [{ head }, { value: summary, stdout, isCut }] = await Promise.all([
    readHead(view),
    view.ask((git) => git.status(statusOptions)).catch(refuseUnreadable),
  ]);
  const { changes, truncated } = readChanges(stdout.toString("utf8"), isCut);
  const modified = changes.filter(({ status }) => status === "modified");
  await refuseForeignSubmodules(
    view.root,
    modified.map(({ path }) => path),
  );
  return {
    branch: summary.detached ? null : summary.current,
    head,
    upstream: summary.tracking,
    ahead: summary.ahead,
    behind: summary.behind,
    changes,
    truncated,
  };
}

const statusOptions = [
  "--untracked-files=all",
  "--ignore-submodules=dirty", // To inspect a submodule, git would start another git there, which reads the configuration of the submodule.
];

function refuseUnreadable(cause: unknown): never {
  throw unreadable(cause);
}

export function unreadable(cause?: unknown): AppError {
  return new AppError(
    "workspace-not-ready",
    "Git cannot read the workspace. Its .git folder may be damaged.",
    { cause },
  );
}

/**
 * Reads the changes from the output of `git status --porcelain -z --branch`. simple-git trims names, so it reports a file
 * named "Icon\r" under another name, and a file named " " not at all.
 */
export function readChanges(text: string, isCut: boolean): Pick<WorkspaceStatus, "changes" | "truncated"> {
  const entries = text.split("\0").slice(1, -1); // The first is the branch. After the last NUL comes nothing, or an incomplete name.
  const changes: Change[] = [];
  for (let place = 0; place < entries.length; place++) {
    if (changes.length === changesMax) return { changes, truncated: true };
    const entry = entries[place] ?? "";
    const originalPath = /^.?[RC]/.test(entry) ? entries[++place] : undefined;
    changes.push(readChange(entry, originalPath));
  }
  return { changes, truncated: isCut };
}

/** An entry is two letters for the index and the worktree, a blank, and the path. */
function readChange(entry: string, originalPath: string | undefined): Change {
  const [letters, path] = [entry.slice(0, 2), entry.slice(3)];
  if (letters === "??") return { path, status: "untracked", staged: false };
  if (/U|AA|DD/.test(letters)) return { path, status: "conflicted", staged: false };
  const change: Change = { path, status: statusOf(letters), staged: !letters.startsWith(" ") };
  return originalPath === undefined ? change : { ...change, originalPath };
}

function statusOf(letters: string): Change["status"] {
  if (letters.includes("D")) return "deleted";
  const letter = letters.trim().charAt(0);
  return ({ A: "added", C: "added", R: "renamed" } as const)[letter] ?? "modified";
}
