import { access } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { plainText } from "../../ports/terminal-text.ts";
import { describeGitFailure } from "./git-failure.ts";
import { type Remote, type RemoteContext, withRemote } from "./remote/with-remote.ts";
import type { GitView } from "./view/view.ts";

/** Fetches from the repository of the workspace and fast-forwards. Throws sync-refused instead of changing local work. */
export async function fetchAndForward(
  view: GitView,
  { repository, signal, silenceMs, context }: FetchOptions,
): Promise<void> {
  await refuseHalfDone(view.root);
  await withRemote(context, { repository, signal, fail: refused }, (remote) =>
    fetchFrom(view, remote, { signal, silenceMs }),
  );
  const upstream = await findUpstream(view);
  if (upstream !== undefined) await forward(view, upstream);
}

export interface FetchOptions {
  repository: string;
  signal: AbortSignal;
  silenceMs: number;
  context: RemoteContext;
}

async function fetchFrom(
  view: GitView,
  { repository, protocol, env }: Remote,
  { signal, silenceMs }: Pick<FetchOptions, "signal" | "silenceMs">,
): Promise<void> {
  const fetched = await view.run(
    [
      "fetch",
      "--quiet",
      "--prune",
      "--no-recurse-submodules",
      "--no-write-fetch-head",
      "--",
      repository,
      branches,
    ],
    { protocol, env, signal, silenceMs, timeoutMs: 30 * 60_000 },
  );
  signal.throwIfAborted(); // The reason of the signal, such as a server that stops. It is not a refusal.
  if (fetched.exitCode !== 0) throw refused(describeGitFailure(fetched, null));
}

const branches = "+refs/heads/*:refs/remotes/origin/*";

/** Moving the branch would break an unfinished merge or rebase. */
async function refuseHalfDone(root: string): Promise<void> {
  for (const name of ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"]) {
    const isThere = await access(join(root, ".git", name)).then(
      () => true,
      () => false,
    );
    if (isThere)
      throw refused("A merge or rebase is in progress in the workspace. Finish or abort it first.");
  }
}

/** The remote branch to follow. Undefined when neither side has a commit. */
async function findUpstream(view: GitView): Promise<string | undefined> {
  if (view.branch === null) throw refused("The workspace is not on a branch. Check one out first.");
  const named = await view.run(["for-each-ref", "--format=%(upstream)", `refs/heads/${view.branch}`]);
  const configured = named.stdout.toString("utf8").trim();
  const upstream = configured === "" ? `refs/remotes/origin/${view.branch}` : configured;
  if (await exists(view, upstream)) return upstream;
  if (await exists(view, "HEAD"))
    throw refused(`The remote has no branch ${view.branch}, so there is nothing to follow.`);
  return undefined;
}

async function exists(view: GitView, ref: string): Promise<boolean> {
  const { exitCode } = await view.run([
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${ref}^{commit}`,
  ]);
  return exitCode === 0;
}

async function forward(view: GitView, upstream: string): Promise<void> {
  const args = [
    "merge",
    "--ff-only",
    "--no-stat",
    "--no-autostash",
    "--no-overwrite-ignore",
    "--no-verify-signatures",
  ];
  const merged = await view.run([...args, "--", upstream], { timeoutMs: 5 * 60_000 });
  if (merged.exitCode === 0) return;
  const words = plainText(merged.stderr + merged.stdout.toString("utf8"));
  if (/Not possible to fast-forward|diverging/i.test(words))
    throw refused("The workspace and the remote have different commits. Merge or rebase in the workspace.");
  if (/would be overwritten/.test(words))
    throw refused(
      `Files with local work would be overwritten: ${overwritten(words)}. Commit or move them first.`,
    );
  if (/index\.lock|Unable to create .*\.lock/.test(words))
    throw refused("Another git command is running in the workspace. Try again when it has ended.");
  throw refused(describeGitFailure(merged, view.branch));
}

/** Names the files. Git lists each on a line that starts with a tab. */
function overwritten(words: string): string {
  const paths = words.split("\n").flatMap((line) => (line.startsWith("\t") ? [line.trim()] : []));
  return paths.length > 5 ? `${paths.slice(0, 5).join(", ")} and ${paths.length - 5} more` : paths.join(", ");
}

export function refused(detail: string): AppError {
  return new AppError("sync-refused", detail);
}
