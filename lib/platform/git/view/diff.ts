import { copyFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../errors.ts";
import type { WorkspaceDiff } from "../../../workspace.ts";
import { unreadable } from "./status.ts";
import { refuseForeignSubmodules } from "./submodules.ts";
import type { GitView } from "./view.ts";

const patchBytesMax = 1024 * 1024;
const newFilesMax = 1000;

/**
 * Everything that differs from the last commit, also new files, as one patch. Does not change the index of the
 * workspace: new files are added to a copy of it.
 */
export async function readDiff(view: GitView, path: string | undefined): Promise<WorkspaceDiff> {
  const env = { GIT_INDEX_FILE: join(view.folder, "index-copy") };
  await copyIndex(view.indexFile, env.GIT_INDEX_FILE);
  const only = path === undefined ? [] : ["--", inside(path)];
  const isCut = await addNewFiles(view, env, only);
  const { exitCode, stdout, ended } = await view.run(
    ["diff", ...plainDiff, await baseline(view), ...(only.length > 0 ? only : ["--"])],
    { env, stdoutBytesMax: patchBytesMax },
  );
  if (exitCode !== 0 && ended !== "output-limit") throw unreadable();
  if (stdout.includes("Subproject commit "))
    await refuseForeignSubmodules(view.root, await submodulesOf(view));
  const isOver = ended === "output-limit";
  return { patch: (isOver ? wholeLines(stdout) : stdout).toString("utf8"), truncated: isOver || isCut };
}

/** Throws not-found for a path that is absolute or leads outside. */
function inside(path: string): string {
  const segments = path.split("/");
  if (!path.startsWith("/") && !path.includes("\0") && !segments.includes("..")) return path;
  throw new AppError("not-found", "The path leads outside of the workspace.");
}

/**
 * Copies the index with its time. Git takes a file with the same size that is older than the index for unchanged, so a
 * newer copy would hide an edit made in the same moment as the last commit.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(from);
    await copyFile(from, to);
    await utimes(to, Math.floor(mtimeMs / 1000), Math.floor(mtimeMs / 1000));
  } catch {
    // There is no index before the first `git add`.
  }
}

const plainDiff = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--ignore-submodules=dirty",
];

async function addNewFiles(
  view: GitView,
  env: { GIT_INDEX_FILE: string },
  only: readonly string[],
): Promise<boolean> {
  const listed = await view.run(["ls-files", "--others", "--exclude-standard", "-z", ...only], { env });
  const files = listed.stdout.toString("utf8").split("\0").slice(0, -1);
  const own = files.filter((file) => !file.endsWith("/")); // A name with a slash is a repository inside this one.
  if (own.length === 0) return false;
  const input = own
    .slice(0, newFilesMax)
    .map((file) => `${file}\0`)
    .join("");
  await view.run(["add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul"], { env, input });
  return own.length > newFilesMax || listed.ended !== null;
}

/** The last commit, or the empty tree before the first one. */
async function baseline(view: GitView): Promise<string> {
  const { exitCode } = await view.run(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (exitCode === 0) return "HEAD";
  const empty = await view.run(["hash-object", "-t", "tree", "--stdin"], { input: "" });
  return empty.stdout.toString("utf8").trim();
}

/** Tracked paths at which a commit of another repository stands. */
async function submodulesOf(view: GitView): Promise<string[]> {
  const { stdout } = await view.run(["ls-files", "--stage", "-z"]);
  const entries = stdout.toString("utf8").split("\0");
  return entries.flatMap((entry) =>
    entry.startsWith("160000 ") ? [entry.slice(entry.indexOf("\t") + 1)] : [],
  );
}

function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
}
