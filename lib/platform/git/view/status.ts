import { AppError } from "../../../errors.ts";
import type { WorkspaceStatus } from "../../../workspace.ts";
import type { GitView } from "./view.ts";

type Change = WorkspaceStatus["changes"][number];

const changesMax = 1000;

export async function readStatus(view: GitView): Promise<WorkspaceStatus> {
  const { exitCode, stdout, ended } = await view.run([
    "status",
    "--porcelain=v2",
    "-z",
    "--branch",
    "--untracked-files=all",
    "--ignore-submodules=dirty", // To look into a submodule git would start itself there, with that one's configuration.
  ]);
  if (exitCode !== 0 && ended !== "output-limit") throw unreadable();
  return parseStatus(stdout.toString("utf8"), ended === "output-limit");
}

export function unreadable(): AppError {
  return new AppError(
    "workspace-not-ready",
    "Git cannot read the workspace; its .git folder may be damaged.",
  );
}

/** Reads `git status --porcelain=v2 -z --branch`. */
export function parseStatus(text: string, isCut = false): WorkspaceStatus {
  const fields = text.split("\0").slice(0, -1);
  const status: WorkspaceStatus = {
    branch: null,
    head: null,
    upstream: null,
    ahead: 0,
    behind: 0,
    changes: [],
    truncated: isCut,
  };
  for (let place = 0; place < fields.length; place++) {
    const field = fields[place] ?? "";
    if (field.startsWith("# ")) readHeader(status, field.slice(2));
    else if (status.changes.length === changesMax) return { ...status, truncated: true };
    else status.changes.push(...readChange(field, field.startsWith("2 ") ? fields[++place] : undefined));
  }
  return status;
}

function readHeader(status: WorkspaceStatus, header: string): void {
  const cut = header.indexOf(" ");
  const [name, value] = [header.slice(0, cut), header.slice(cut + 1)];
  if (name === "branch.oid") status.head = value === "(initial)" ? null : value;
  if (name === "branch.head") status.branch = value === "(detached)" ? null : value;
  if (name === "branch.upstream") status.upstream = value;
  const counts = name === "branch.ab" ? /^\+(\d+) -(\d+)$/.exec(value) : null;
  if (counts !== null) [status.ahead, status.behind] = [Number(counts[1]), Number(counts[2])];
}

/** Blank-separated fields before the path, by kind of line. */
const fieldsBeforePath: Record<string, number> = { "1": 8, "2": 9, u: 10, "?": 1 };

function readChange(field: string, originalPath: string | undefined): Change[] {
  const kind = field.charAt(0);
  const skip = fieldsBeforePath[kind];
  if (skip === undefined) return [];
  const path = field.split(" ").slice(skip).join(" ");
  if (kind === "?") return [{ path, status: "untracked", staged: false }];
  if (kind === "u") return [{ path, status: "conflicted", staged: false }];
  const [index = ".", worktree = "."] = field.slice(2, 4);
  const change: Change = { path, status: statusOf(index, worktree), staged: index !== "." };
  return [originalPath === undefined ? change : { ...change, originalPath }];
}

function statusOf(index: string, worktree: string): Change["status"] {
  if (worktree === "D" || index === "D") return "deleted";
  const letter = index === "." ? worktree : index;
  return ({ A: "added", C: "added", R: "renamed" } as const)[letter] ?? "modified";
}
