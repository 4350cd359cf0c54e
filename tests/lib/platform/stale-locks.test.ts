import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGit, removeStaleLocks } from "../../../lib/platform/index.ts";
import {
  environment,
  forever as signal,
  git,
  openTestProcesses,
  temporaryFolder,
  workspaceId,
} from "./place.ts";

test("a sync goes well after a git that was killed left its lock files, which it would refuse to write beside", async () => {
  const workspacesDir = temporaryFolder();
  const upstream = join(temporaryFolder(), "upstream");
  mkdirSync(upstream);
  git(upstream, "init");
  git(upstream, "commit", "--allow-empty", "-m", "one");
  const platform = createGit({
    processes: openTestProcesses(),
    dataDir: temporaryFolder(),
    workspacesDir,
    allowLocalRepositories: true,
    environment,
  });
  await platform.clone({ workspaceId, repository: upstream, branch: null, signal, onProgress: () => {} });
  git(upstream, "commit", "--allow-empty", "-m", "two");
  const left = ["index.lock", "refs/remotes/origin/main.lock"].map((name) =>
    join(workspacesDir, workspaceId, ".git", name),
  );
  for (const path of left) writeFileSync(path, "");
  await expect(platform.sync(workspaceId, signal)).rejects.toMatchObject({ code: "sync-refused" });
  await removeStaleLocks(workspacesDir);
  expect(await platform.sync(workspaceId, signal)).toMatchObject({
    head: git(upstream, "rev-parse", "HEAD"),
  });
});

test("nothing but lock files of workspaces goes, and no link is followed", async () => {
  const workspacesDir = temporaryFolder();
  const elsewhere = temporaryFolder();
  const own = join(workspacesDir, "wsp_mine");
  mkdirSync(join(own, ".git/refs/heads"), { recursive: true });
  const kept = [join(own, "yarn.lock"), join(own, ".git/config"), join(elsewhere, "a.lock")];
  const going = [join(own, ".git/index.lock"), join(own, ".git/refs/heads/main.lock")];
  for (const path of [...kept, ...going]) writeFileSync(path, "");
  symlinkSync(elsewhere, join(own, ".git/refs/linked"));
  mkdirSync(join(workspacesDir, "wsp_linked"));
  symlinkSync(elsewhere, join(workspacesDir, "wsp_linked/.git"));
  await removeStaleLocks(workspacesDir);
  expect([kept.filter((path) => !existsSync(path)), going.filter((path) => existsSync(path))]).toEqual([
    [],
    [],
  ]);
});
