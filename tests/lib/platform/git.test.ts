import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createGit } from "../../../lib/platform/index.ts";
import { foreverMs, serveRepositories } from "./git-server.ts";
import { environment, forever, git, openTestProcesses, temporaryFolder, workspaceId } from "./place.ts";

function setUp() {
  const folder = temporaryFolder();
  const upstream = join(folder, "repos", "origin");
  mkdirSync(upstream, { recursive: true });
  git(upstream, "init");
  writeFileSync(join(upstream, "readme.md"), "hello\n");
  git(upstream, "add", ".");
  git(upstream, "commit", "-m", "first");
  const workspacesDir = join(folder, "workspaces");
  mkdirSync(workspacesDir);
  const platform = createGit({
    processes: openTestProcesses(),
    dataDir: temporaryFolder(),
    workspacesDir,
    allowLocalRepositories: true,
    environment,
  });
  const clone = (repository: string, branch: string | null = null) =>
    platform.clone({ workspaceId, repository, branch, signal: forever, onProgress: () => {} });
  return { folder, upstream, workspacesDir, root: join(workspacesDir, workspaceId), platform, clone };
}

function commit(repository: string, file: string, text: string): string {
  writeFileSync(join(repository, file), text);
  git(repository, "add", "-A");
  git(repository, "commit", "-m", `change ${file}`);
  return git(repository, "rev-parse", "HEAD");
}

test("clone over http brings the files, tells the phases, and leaves nothing beside", async () => {
  const { folder, upstream, platform, root, workspacesDir } = setUp();
  const url = await serveRepositories(join(folder, "repos"));
  const phases: string[] = [];
  const cloned = await platform.clone({
    workspaceId,
    repository: `${url}/origin/.git`,
    branch: null,
    signal: forever,
    onProgress: ({ phase, percent }) => {
      phases.push(phase);
      expect(percent === null || (percent >= 0 && percent <= 100)).toBe(true);
    },
  });
  expect(cloned).toEqual({ head: git(upstream, "rev-parse", "HEAD"), branch: "main" });
  expect(readFileSync(join(root, "readme.md"), "utf8")).toBe("hello\n");
  expect(phases).toContain("Receiving objects");
  expect(readdirSync(workspacesDir).toSorted()).toEqual([".server", workspaceId]);
  expect(readFileSync(join(root, ".git/info/exclude"), "utf8")).toContain(".talkcody/");
});

test("clone of an empty repository has a branch and no head", async () => {
  const { folder, clone, platform } = setUp();
  git(folder, "init", "empty");
  expect(await clone(join(folder, "empty"))).toEqual({ head: null, branch: "main" });
  expect(await platform.hasUnpushedWork(workspaceId)).toBe(false);
  expect((await platform.diff(workspaceId, undefined)).patch).toBe("");
});

test.each([
  ["a missing repository", (url: string) => `${url}/nowhere/.git`, null, /repository does not exist/i],
  ["a missing branch", (url: string) => `${url}/origin/.git`, "nope", /no branch nope/],
  ["a host that refuses", () => "http://127.0.0.1:1/x.git", null, /could not be reached/],
  ["a host that is not known", () => "https://nowhere.invalid/x.git", null, /not known|not be resolved/],
])(
  "clone says plainly what is wrong with %s and leaves no folder",
  async (_what, repository, branch, words) => {
    const { folder, clone, workspacesDir } = setUp();
    const url = await serveRepositories(join(folder, "repos"));
    await expect(clone(repository(url), branch)).rejects.toMatchObject({
      code: "clone-failed",
      message: expect.stringMatching(words) as string,
    });
    expect(readdirSync(workspacesDir).filter((name) => name !== ".server")).toEqual([]);
  },
);

test("an aborted clone ends at once and leaves no folder", async () => {
  const { folder, platform, workspacesDir } = setUp();
  const url = await serveRepositories(join(folder, "repos"), foreverMs);
  const stop = new AbortController();
  const cloning = platform.clone({
    workspaceId,
    repository: `${url}/origin/.git`,
    branch: null,
    signal: stop.signal,
    onProgress: () => {},
  });
  setTimeout(() => stop.abort(), 200);
  await expect(cloning).rejects.toMatchObject({ code: "clone-failed", message: "It was cancelled." });
  expect(readdirSync(workspacesDir).filter((name) => name !== ".server")).toEqual([]);
});

test("a host that stays silent is given up", async () => {
  const { folder, workspacesDir } = setUp();
  const url = await serveRepositories(join(folder, "repos"), foreverMs);
  const options = { workspacesDir, allowLocalRepositories: true, environment, silenceMs: 300 };
  const cloning = createGit({ ...options, dataDir: folder, processes: openTestProcesses() }).clone({
    workspaceId,
    repository: `${url}/origin/.git`,
    branch: null,
    signal: forever,
    onProgress: () => {},
  });
  await expect(cloning).rejects.toMatchObject({ message: expect.stringMatching(/timeout/) as string });
});

test("local repositories are refused where they are not allowed", async () => {
  const { upstream, workspacesDir } = setUp();
  const strict = createGit({
    processes: openTestProcesses(),
    dataDir: temporaryFolder(),
    workspacesDir,
    allowLocalRepositories: false,
    environment,
  });
  for (const repository of [upstream, `file://${upstream}`, "http://127.0.0.1:1/x", "https://localhost/x"]) {
    const cloning = strict.clone({
      workspaceId,
      repository,
      branch: null,
      signal: forever,
      onProgress: () => {},
    });
    await expect(cloning).rejects.toMatchObject({ code: "local-repository" });
    expect(strict.inspectRepository(repository)).toBe("local");
  }
  expect(strict.inspectRepository("https://github.com/a/b")).toBe("remote");
  expect(strict.inspectRepository("git@github.com:a/b.git")).toBe("remote");
});

test("status names what changed and how far the branches are apart", async () => {
  const { upstream, clone, platform, root } = setUp();
  commit(upstream, "second.txt", "two\n");
  await clone(upstream);
  commit(root, "mine.txt", "mine\n");
  writeFileSync(join(root, "readme.md"), "changed\n");
  git(root, "mv", "second.txt", "moved name.txt");
  writeFileSync(join(root, "new.txt"), "new\n");
  mkdirSync(join(root, ".talkcody"));
  writeFileSync(join(root, ".talkcody/ours"), "x");
  const status = await platform.status(workspaceId);
  expect(status).toMatchObject({
    branch: "main",
    upstream: "origin/main",
    ahead: 1,
    behind: 0,
    truncated: false,
  });
  expect(status.changes.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: "moved name.txt", status: "renamed", staged: true, originalPath: "second.txt" },
    { path: "new.txt", status: "untracked", staged: false },
    { path: "readme.md", status: "modified", staged: false },
  ]);
});

test("status tells names as they are, whatever blanks they begin or end with", async () => {
  const { upstream, clone, platform, root } = setUp();
  for (const name of [" lead", "trail ", "two\nlines\n"]) commit(upstream, name, "old\n");
  await clone(upstream);
  expect((await platform.status(workspaceId)).changes).toEqual([]);
  writeFileSync(join(root, " lead"), "changed\n");
  writeFileSync(join(root, "Icon\r"), "");
  writeFileSync(join(root, " "), "");
  git(root, "rm", "--quiet", "two\nlines\n");
  git(root, "mv", "trail ", " moved");
  const { changes } = await platform.status(workspaceId);
  expect(changes.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: " ", status: "untracked", staged: false },
    { path: " lead", status: "modified", staged: false },
    { path: " moved", status: "renamed", staged: true, originalPath: "trail " },
    { path: "Icon\r", status: "untracked", staged: false },
    { path: "two\nlines\n", status: "deleted", staged: true },
  ]);
});

test.each([
  ["both changed", "mine\n", "theirs\n"],
  ["one deleted", null, "theirs\n"],
])("status tells a conflict: %s", async (_what, mine, theirs) => {
  const { platform, root } = setUp();
  await platform.createScratch(workspaceId);
  commit(root, "a.txt", "old\n");
  git(root, "checkout", "-b", "side");
  commit(root, "a.txt", theirs);
  git(root, "checkout", "main");
  if (mine === null) git(root, "rm", "--quiet", "a.txt");
  else writeFileSync(join(root, "a.txt"), mine);
  git(root, "commit", "-a", "-m", "mine");
  expect(() => git(root, "merge", "side")).toThrow("Command failed");
  expect(await platform.status(workspaceId)).toMatchObject({
    branch: "main",
    upstream: null,
    changes: [{ path: "a.txt", status: "conflicted", staged: false }],
  });
});

test("status of a detached head has no branch, and of a branch that is behind says by how much", async () => {
  const { upstream, clone, platform, root } = setUp();
  commit(upstream, "second.txt", "two\n");
  await clone(upstream);
  git(root, "reset", "--quiet", "--hard", "HEAD~1");
  const head = git(root, "rev-parse", "HEAD");
  expect(await platform.status(workspaceId)).toMatchObject({ branch: "main", head, ahead: 0, behind: 1 });
  git(root, "checkout", "--detach");
  expect(await platform.status(workspaceId)).toMatchObject({ branch: null, head, upstream: null, behind: 0 });
});

test("status stops at 1000 changes and says so", async () => {
  const { upstream, clone, platform, root } = setUp();
  await clone(upstream);
  for (let count = 0; count < 1001; count++) writeFileSync(join(root, `new-${count}`), "");
  const status = await platform.status(workspaceId);
  expect([status.changes.length, status.truncated]).toEqual([1000, true]);
});

test("diff shows new files, names binary ones, and leaves the index as it was", async () => {
  const { upstream, clone, platform, root } = setUp();
  await clone(upstream);
  writeFileSync(join(root, "readme.md"), "changed\n");
  writeFileSync(join(root, "new file.txt"), "brand new\n");
  writeFileSync(join(root, "picture.bin"), Buffer.from([0, 1, 2, 0, 255]));
  const index = readFileSync(join(root, ".git/index"));
  const { patch, truncated } = await platform.diff(workspaceId, undefined);
  expect(truncated).toBe(false);
  expect(patch).toMatch(/-hello\n\+changed/);
  expect(patch).toMatch(/\+brand new/);
  expect(patch).toMatch(/Binary files .*picture\.bin differ/);
  expect(readFileSync(join(root, ".git/index")).equals(index)).toBe(true);
  const one = await platform.diff(workspaceId, "readme.md");
  expect(one.patch).toContain("changed");
  expect(one.patch).not.toContain("brand new");
  await expect(platform.diff(workspaceId, "../x")).rejects.toMatchObject({ code: "not-found" });
});

test("diff sees an edit of the same size made in the second of the last commit", async () => {
  const { upstream, clone, platform, root } = setUp();
  await clone(upstream);
  while (Date.now() % 1000 > 300) await pause(20); // Git tells times apart by the second.
  commit(root, "readme.md", "one\n");
  writeFileSync(join(root, "readme.md"), "two\n");
  while (Date.now() % 1000 < 900) await pause(20);
  await pause(200);
  writeFileSync(join(root, "new.txt"), "fresh\n");
  const { patch } = await platform.diff(workspaceId, undefined);
  expect(patch).toContain("-one\n+two\n");
});

test("a diff over 1 MiB is cut at a line and says so", async () => {
  const { upstream, clone, platform, root } = setUp();
  await clone(upstream);
  writeFileSync(join(root, "long.txt"), "0123456789abcdef\n".repeat(100_000));
  const { patch, truncated } = await platform.diff(workspaceId, undefined);
  expect(truncated).toBe(true);
  expect(Buffer.byteLength(patch)).toBeLessThanOrEqual(1024 * 1024);
  expect(patch.endsWith("\n")).toBe(true);
});

test("sync fast-forwards", async () => {
  const { upstream, clone, platform, root } = setUp();
  await clone(upstream);
  const head = commit(upstream, "later.txt", "later\n");
  expect(await platform.sync(workspaceId, forever)).toEqual({ head, branch: "main" });
  expect(readFileSync(join(root, "later.txt"), "utf8")).toBe("later\n");
  expect(git(root, "status", "--porcelain")).toBe("");
  expect(git(root, "rev-parse", "HEAD")).toBe(head);
});

test("a sync that was given up throws why, and not that it was refused", async () => {
  const { upstream, clone, platform } = setUp();
  await clone(upstream);
  const stopping = new Error("The server is stopping.");
  await expect(platform.sync(workspaceId, AbortSignal.abort(stopping))).rejects.toBe(stopping);
});

test("sync brings the first commit into the clone of an empty repository", async () => {
  const { folder, clone, platform, root } = setUp();
  git(folder, "init", "empty");
  await clone(join(folder, "empty"));
  expect(await platform.sync(workspaceId, forever)).toEqual({ head: null, branch: "main" });
  const head = commit(join(folder, "empty"), "a.txt", "a\n");
  expect(await platform.sync(workspaceId, forever)).toEqual({ head, branch: "main" });
  expect(existsSync(join(root, "a.txt"))).toBe(true);
});

test.each([
  ["commits of its own", (root: string) => void commit(root, "mine.txt", "mine\n"), /different commits/],
  ["a changed file", (root: string) => writeFileSync(join(root, "readme.md"), "mine\n"), /readme\.md/],
  [
    "a new file of that name",
    (root: string) => writeFileSync(join(root, "later.txt"), "mine\n"),
    /later\.txt/,
  ],
  ["a detached head", (root: string) => void git(root, "checkout", "--detach"), /not on a branch/],
  ["a merge under way", (root: string) => writeFileSync(join(root, ".git/MERGE_HEAD"), "x"), /in progress/],
])(
  "sync is refused with a reason and changes nothing when the workspace has %s",
  async (_what, spoil, words) => {
    const { upstream, clone, platform, root } = setUp();
    await clone(upstream);
    writeFileSync(join(upstream, "readme.md"), "theirs\n");
    commit(upstream, "later.txt", "theirs\n");
    spoil(root);
    const before = [git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain")];
    await expect(platform.sync(workspaceId, forever)).rejects.toMatchObject({
      code: "sync-refused",
      message: expect.stringMatching(words) as string,
    });
    expect([git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain")]).toEqual(before);
  },
);

test("a scratch folder has status and diff, no sync, and counts as work once it holds a file", async () => {
  const { platform, root } = setUp();
  await platform.createScratch(workspaceId);
  expect(await platform.hasUnpushedWork(workspaceId)).toBe(false);
  expect(await platform.status(workspaceId)).toMatchObject({ branch: "main", head: null, changes: [] });
  writeFileSync(join(root, "a.txt"), "a\n");
  expect((await platform.diff(workspaceId, undefined)).patch).toContain("+a");
  expect(await platform.hasUnpushedWork(workspaceId)).toBe(true);
  await expect(platform.sync(workspaceId, forever)).rejects.toMatchObject({ code: "sync-refused" });
});

test("unpushed work is a new file, a commit, another branch or a stash; a fresh clone has none", async () => {
  const { upstream, clone, platform, root } = setUp();
  const spoils: (() => void)[] = [
    () => writeFileSync(join(root, "new.txt"), "x"),
    () => void commit(root, "new.txt", "x"),
    () => {
      git(root, "checkout", "-b", "side");
      commit(root, "side.txt", "x");
      git(root, "checkout", "main");
    },
    () => {
      writeFileSync(join(root, "readme.md"), "stashed");
      git(root, "stash");
    },
  ];
  for (const spoil of spoils) {
    await clone(upstream);
    expect(await platform.hasUnpushedWork(workspaceId)).toBe(false);
    spoil();
    expect(await platform.hasUnpushedWork(workspaceId)).toBe(true);
    await platform.remove(workspaceId);
    expect(existsSync(root)).toBe(false);
  }
});

test("remove follows no link out of the workspace", async () => {
  const { folder, platform, root } = setUp();
  await platform.createScratch(workspaceId);
  mkdirSync(join(folder, "outside"));
  writeFileSync(join(folder, "outside/kept"), "x");
  symlinkSync(join(folder, "outside"), join(root, "link"));
  await platform.remove(workspaceId);
  expect(existsSync(join(folder, "outside/kept"))).toBe(true);
  await expect(platform.remove("../outside")).rejects.toMatchObject({ code: "not-found" });
});
