import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../errors.ts";
import type { ReachFailpoint } from "../../../ports/failpoint.ts";
import type { Git } from "../../../ports/git.ts";
import type { GiveFolder } from "../../files/give-folder.ts";
import { removeFolder } from "../../remove-folder.ts";
import { type WorkspacePaths, writeRecord } from "../workspace-paths.ts";
import { createProgressReader } from "./progress.ts";
import { describeGitFailure } from "../git-failure.ts";
import { type Remote, type RemoteContext, withRemote } from "../remote/with-remote.ts";
import { branchPattern, invalidRepository } from "../repository-url.ts";
import type { RunGit } from "../run-git.ts";

export type CloneOptions = Parameters<Git["clone"]>[0];

export interface CloneContext extends RemoteContext {
  places: WorkspacePaths;
  runGit: RunGit;
  giveFolder: GiveFolder;
  /** A clone fails when the host sends nothing for this long. */
  silenceMs: number;
  reach: ReachFailpoint;
}

const cloneTimeoutMs = 60 * 60_000;

/** Clones into a temporary folder and moves the clone to the folder of the workspace when it is complete. */
export async function cloneRepository(context: CloneContext, options: CloneOptions): Promise<void> {
  const { places } = context;
  const temporary = places.unfinished(options.workspaceId);
  checkBranch(options);
  await mkdir(places.serverDir, { recursive: true, mode: 0o700 });
  await removeFolder(temporary); // A killed clone may have left one.
  try {
    const { repository, signal } = options;
    await withRemote(context, { repository, signal, fail: cloneFailed }, (remote) =>
      runClone(context, options, { temporary, remote }),
    );
    await exclude(temporary);
    await context.giveFolder(temporary);
    await writeRecord(places.record(options.workspaceId), { repository: options.repository });
    await removeFolder(places.root(options.workspaceId)); // A crash after a complete clone may have left one.
    await rename(temporary, places.root(options.workspaceId));
    context.reach("clone.moved");
  } catch (error) {
    await removeFolder(temporary);
    throw error;
  }
}

function cloneFailed(detail: string): AppError {
  return new AppError("clone-failed", detail);
}

function checkBranch({ branch }: CloneOptions): void {
  if (branch !== null && !(branch.length <= 200 && branchPattern.test(branch)))
    throw invalidRepository("The branch should be a plain name such as main or feature/search.");
}

async function runClone(
  context: CloneContext,
  { branch, signal, onProgress }: CloneOptions,
  { temporary, remote }: { temporary: string; remote: Remote },
): Promise<void> {
  const named = branch === null ? [] : [`--branch=${branch}`];
  const args = [
    "clone",
    "--progress",
    "--template=",
    "--no-local",
    "--no-recurse-submodules",
    "--origin=origin",
  ];
  const result = await context.runGit([...args, ...named, "--", remote.repository, temporary], {
    cwd: context.places.serverDir,
    protocol: remote.protocol,
    env: remote.env,
    signal,
    timeoutMs: cloneTimeoutMs,
    silenceMs: context.silenceMs,
    onStderr: createProgressReader(onProgress),
  });
  if (result.exitCode === 0 && result.ended === null) return;
  throw cloneFailed(describeGitFailure(result, branch));
}

/** Makes git ignore the folder .talkcody of a workspace. */
export async function exclude(root: string): Promise<void> {
  const file = join(root, ".git", "info", "exclude");
  await mkdir(join(root, ".git", "info"), { recursive: true });
  const before = await readFile(file, "utf8").catch(() => "");
  await writeFile(file, `${before}.talkcody/\n`);
}
