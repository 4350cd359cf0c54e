import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../errors.ts";
import type { ReachFailpoint } from "../../../ports/failpoint.ts";
import type { Git } from "../../../ports/git.ts";
import { removeFolder } from "../../remove-folder.ts";
import { type WorkspacePaths, writeRecord } from "../workspace-paths.ts";
import { createProgressReader } from "./progress.ts";
import { describeGitFailure } from "../git-failure.ts";
import { branchPattern, invalidRepository, readRepositoryUrl } from "../repository-url.ts";
import type { RunGit } from "../run-git.ts";

export type CloneOptions = Parameters<Git["clone"]>[0];

export interface CloneTools {
  places: WorkspacePaths;
  runGit: RunGit;
  allowLocalRepositories: boolean;
  /** A host that says nothing for this long is given up. */
  silenceMs: number;
  reach: ReachFailpoint;
}

const cloneTimeoutMs = 60 * 60_000;

/** Clones beside the workspace's folder and moves the clone there when it is complete. */
export async function cloneRepository(tools: CloneTools, options: CloneOptions): Promise<void> {
  const { places } = tools;
  const temporary = places.unfinished(options.workspaceId);
  const protocol = checkRequest(tools, options);
  await mkdir(places.serverDir, { recursive: true, mode: 0o700 });
  await removeFolder(temporary); // Left by a clone that was killed.
  try {
    await runClone(tools, options, { temporary, protocol });
    await exclude(temporary);
    await writeRecord(places.record(options.workspaceId), { repository: options.repository });
    await removeFolder(places.root(options.workspaceId)); // A clone that was complete, and forgotten by a crash.
    await rename(temporary, places.root(options.workspaceId));
    tools.reach("clone.moved");
  } catch (error) {
    await removeFolder(temporary);
    throw error;
  }
}

function checkRequest(tools: CloneTools, { repository, branch }: CloneOptions) {
  const { kind, protocol } = readRepositoryUrl(repository);
  if (kind === "local" && !tools.allowLocalRepositories)
    throw new AppError(
      "local-repository",
      "This host clones from other hosts only. TALKCODY_ALLOW_LOCAL_REPOSITORIES=true would allow local ones.",
    );
  if (branch !== null && !(branch.length <= 200 && branchPattern.test(branch)))
    throw invalidRepository("The branch should be a plain name such as main or feature/search.");
  return protocol;
}

async function runClone(
  tools: CloneTools,
  { repository, branch, signal, onProgress }: CloneOptions,
  { temporary, protocol }: { temporary: string; protocol: ReturnType<typeof checkRequest> },
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
  const result = await tools.runGit([...args, ...named, "--", repository, temporary], {
    cwd: tools.places.serverDir,
    protocol,
    signal,
    timeoutMs: cloneTimeoutMs,
    silenceMs: tools.silenceMs,
    onStderr: createProgressReader(onProgress),
  });
  if (result.exitCode === 0 && result.ended === null) return;
  throw new AppError("clone-failed", describeGitFailure(result, branch));
}

/** Our own folder in a workspace is none of git's business. */
export async function exclude(root: string): Promise<void> {
  const file = join(root, ".git", "info", "exclude");
  await mkdir(join(root, ".git", "info"), { recursive: true });
  const before = await readFile(file, "utf8").catch(() => "");
  await writeFile(file, `${before}.talkcody/\n`);
}
