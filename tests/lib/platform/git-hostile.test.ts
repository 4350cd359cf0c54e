import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { simpleGit, type SimpleGit } from "simple-git";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createAskGit } from "../../../lib/platform/git/ask-git.ts";
import { branchPattern, repositoryPattern } from "../../../lib/platform/git/repository-url.ts";
import { createRunGit } from "../../../lib/platform/git/run-git.ts";
import { withView } from "../../../lib/platform/git/view/view.ts";
import { createGit } from "../../../lib/platform/index.ts";
import { environment, forever, git, openTestProcesses, temporaryFolder, workspaceId } from "./place.ts";

async function setUp() {
  const folder = temporaryFolder();
  const upstream = join(folder, "origin");
  git(folder, "init", "origin");
  writeFileSync(join(upstream, "a.txt"), "a\n");
  writeFileSync(join(upstream, ".gitattributes"), "* filter=evil diff=evil merge=evil\n");
  git(upstream, "add", ".");
  git(upstream, "commit", "-m", "first");
  const workspacesDir = join(folder, "workspaces");
  mkdirSync(workspacesDir);
  const canary = join(folder, "canary");
  const script = join(folder, "evil.sh");
  writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${canary}\ncat\n`);
  chmodSync(script, 0o755);
  const platform = createGit({
    processes: openTestProcesses(),
    dataDir: temporaryFolder(),
    workspacesDir,
    allowLocalRepositories: true,
    environment,
  });
  await platform.clone({
    workspaceId,
    repository: upstream,
    branch: null,
    signal: forever,
    onProgress: () => {},
  });
  return { folder, upstream, canary, script, platform, root: join(workspacesDir, workspaceId) };
}

function askInView<T>(root: string, work: (git: SimpleGit) => Promise<T>) {
  const processes = openTestProcesses();
  const runGit = createRunGit({ environment, processes, dataDir: temporaryFolder() });
  const askGit = createAskGit(processes);
  return withView({ root, viewsDir: temporaryFolder(), runGit, askGit }, (view) => view.ask(work));
}

const poisons: Record<string, (script: string, root: string) => string> = {
  "core.fsmonitor": (script) => `[core]\n\tfsmonitor = ${script}\n`,
  "core.hooksPath": (script, root) => {
    mkdirSync(join(root, ".hooks"));
    for (const hook of ["post-merge", "post-checkout", "reference-transaction", "post-index-change"])
      symlinkSync(script, join(root, ".hooks", hook));
    return `[core]\n\thooksPath = ${join(root, ".hooks")}\n`;
  },
  "hooks in place": (script, root) => {
    mkdirSync(join(root, ".git/hooks"), { recursive: true });
    for (const hook of ["post-merge", "post-checkout", "reference-transaction", "post-index-change"])
      symlinkSync(script, join(root, ".git/hooks", hook));
    return "";
  },
  "diff.external": (script) => `[diff]\n\texternal = ${script}\n`,
  "diff.*.textconv and command": (script) => `[diff "evil"]\n\ttextconv = ${script}\n\tcommand = ${script}\n`,
  "filter.*": (script) =>
    `[filter "evil"]\n\tclean = ${script}\n\tsmudge = ${script}\n\tprocess = ${script}\n`,
  "merge.*.driver": (script) => `[merge "evil"]\n\tdriver = ${script}\n`,
  "core.sshCommand": (script) =>
    `[core]\n\tsshCommand = ${script}\n[remote "origin"]\n\turl = ssh://host/x\n`,
  "gpg.program": (script) =>
    `[gpg]\n\tprogram = ${script}\n[commit]\n\tgpgSign = true\n[merge]\n\tverifySignatures = true\n`,
  "url.insteadOf to ext": (script) =>
    `[url "ext::${script} "]\n\tinsteadOf = /\n\tinsteadOf = file\n[protocol "ext"]\n\tallow = always\n`,
  "remote.uploadpack": (script) => `[remote "origin"]\n\tuploadpack = ${script}\n`,
  "core.alternateRefsCommand": (script) => `[core]\n\talternateRefsCommand = ${script}\n`,
  "credential.helper": (script) => `[credential]\n\thelper = "!${script}"\n`,
  "include.path": (script, root) => {
    writeFileSync(
      join(root, ".git/more"),
      `[core]\n\tfsmonitor = ${script}\n[filter "evil"]\n\tclean = ${script}\n`,
    );
    return "[include]\n\tpath = more\n";
  },
  "config.worktree": (script, root) => {
    writeFileSync(join(root, ".git/config.worktree"), `[core]\n\tfsmonitor = ${script}\n`);
    return "[extensions]\n\tworktreeConfig = true\n";
  },
};

test.each(Object.keys(poisons))("nothing runs through %s of the workspace's own git folder", async (name) => {
  const { upstream, canary, script, platform, root } = await setUp();
  writeFileSync(join(upstream, "a.txt"), "upstream\n");
  git(upstream, "commit", "-am", "second");
  writeFileSync(join(root, ".git/config"), (poisons[name] ?? (() => ""))(script, root), { flag: "a" });
  expect((await platform.status(workspaceId)).branch).toBe("main");
  await platform.hasUnpushedWork(workspaceId);
  await platform.sync(workspaceId, forever);
  writeFileSync(join(root, "a.txt"), "changed\n");
  writeFileSync(join(root, "b.txt"), "new\n");
  expect((await platform.diff(workspaceId, undefined)).patch).toContain("+changed");
  expect((await platform.status(workspaceId)).changes.length).toBeGreaterThanOrEqual(2);
  expect(existsSync(canary)).toBe(false);
});

test("the poison is real: git as a user runs it executes the filter", async () => {
  const { canary, script, root } = await setUp();
  writeFileSync(join(root, ".git/config"), (poisons["filter.*"] ?? String)(script, root), { flag: "a" });
  writeFileSync(join(root, "a.txt"), "b\n");
  git(root, "add", "-A");
  expect(existsSync(canary)).toBe(true);
});

/** What simple-git is asked for in a view, each call that may meet a program of the configuration. */
const askings: Record<string, (git: SimpleGit) => Promise<unknown>> = {
  status: (asked) => asked.status(),
  log: (asked) => asked.log(["--stat", "--show-signature"]),
  branches: (asked) => asked.branch(["--all", "--verbose"]),
  "a diff": (asked) => asked.diff(["HEAD"]),
  "a diff summary": (asked) => asked.diffSummary(["HEAD"]),
  "a commit": (asked) => asked.add(["a.txt", "b.txt"]).commit("mine"),
  "a merge": (asked) => asked.merge(["side"]),
};

test.each(Object.keys(poisons))("simple-git in a view runs nothing through %s", async (name) => {
  const { canary, root, script } = await setUp();
  git(root, "checkout", "-b", "side");
  writeFileSync(join(root, "side.txt"), "side\n");
  git(root, "add", "side.txt");
  git(root, "commit", "-m", "side");
  git(root, "checkout", "main");
  writeFileSync(join(root, ".git/config"), (poisons[name] ?? (() => ""))(script, root), { flag: "a" });
  writeFileSync(join(root, "a.txt"), "changed\n");
  writeFileSync(join(root, "b.txt"), "new\n");
  await askInView(root, async (asked) => {
    await asked.addConfig("user.name", "Ann").addConfig("user.email", "ann@example.com");
    for (const [what, ask] of Object.entries(askings)) {
      await ask(asked);
      expect(existsSync(canary), what).toBe(false);
    }
  });
  expect(existsSync(join(root, "side.txt")), "it did merge").toBe(true);
});

test.each([
  ["status", "core.fsmonitor"],
  ["status", "include.path"],
  ["status", "config.worktree"],
  ["a diff", "diff.external"],
  ["a diff", "diff.*.textconv and command"],
  ["a commit", "filter.*"],
  ["a commit", "core.hooksPath"],
  ["a commit", "hooks in place"],
])("without the view simple-git runs what it meets: %s with %s", async (what, name) => {
  const { canary, root, script } = await setUp();
  writeFileSync(join(root, ".git/config"), (poisons[name] ?? String)(script, root), { flag: "a" });
  writeFileSync(join(root, "a.txt"), "changed\n");
  writeFileSync(join(root, "b.txt"), "new\n");
  await askings[what]?.(simpleGit({ baseDir: root, input: () => "\n" })).catch(() => {});
  expect(existsSync(canary)).toBe(true);
});

test.each([
  [["clone", "--upload-pack=touch x", "--", "a", "b"], {}],
  [["-c", "core.fsmonitor=touch x", "status"], {}],
  [["-c", "alias.x=!touch x", "x"], {}],
  [["clone", "--template=hooks", "--", "a", "b"], {}],
  [["--exec-path=/tmp", "status"], {}],
  [["config", "core.hooksPath", "hooks"], {}],
  [["diff"], { GIT_EXTERNAL_DIFF: "touch x" }],
  [["fetch"], { GIT_SSH_COMMAND: "touch x" }],
])("git is not started with %j and %j", async (args, env) => {
  const folder = temporaryFolder();
  const runGit = createRunGit({ environment, dataDir: folder, processes: openTestProcesses() });
  await expect(runGit(args, { cwd: folder, env })).rejects.toThrow("Git was not started");
  expect((await runGit(["init", "--template="], { cwd: folder })).exitCode).toBe(0);
});

test("nothing runs through the configuration of a submodule", async () => {
  const { canary, script, platform, root } = await setUp();
  git(root, "init", "sub");
  writeFileSync(join(root, "sub/x"), "x\n");
  git(join(root, "sub"), "add", "x");
  git(join(root, "sub"), "commit", "-m", "sub");
  git(root, "add", "sub");
  git(root, "commit", "-m", "with sub");
  writeFileSync(join(root, "sub/.git/config"), `[core]\n\tfsmonitor = ${script}\n`, { flag: "a" });
  writeFileSync(join(root, "sub/x"), "changed\n");
  await platform.status(workspaceId);
  await platform.diff(workspaceId, undefined);
  expect(await platform.hasUnpushedWork(workspaceId)).toBe(true);
  expect(existsSync(canary)).toBe(false);
});

test("a split index is read", async () => {
  const { platform, root } = await setUp();
  git(root, "update-index", "--split-index");
  expect((await platform.status(workspaceId)).changes).toEqual([]);
});

test("core.worktree and links in place of git's own folders lead nowhere", async () => {
  const { folder, platform, root } = await setUp();
  writeFileSync(join(root, ".git/config"), `[core]\n\tworktree = ${folder}\n`, { flag: "a" });
  expect((await platform.status(workspaceId)).changes).toEqual([]);
  git(folder, "init", "other");
  await platform.createScratch("wsp_1");
  writeFileSync(join(folder, "workspaces/wsp_1/.git/HEAD"), "ref: refs/heads/../../../x y\n");
  await expect(platform.status("wsp_1")).rejects.toMatchObject({ code: "workspace-not-ready" });
  mkdirSync(join(folder, "workspaces/wsp_3"));
  symlinkSync(join(folder, "other/.git"), join(folder, "workspaces/wsp_3/.git"));
  await expect(platform.status("wsp_3")).rejects.toMatchObject({ code: "workspace-not-ready" });
});

test.each([
  "ext::sh -c touch% x",
  "fd::17",
  "-u touch",
  "--upload-pack=touch x",
  "ssh://-oProxyCommand=x/y",
  "ssh://a@-oProxyCommand=x/y",
  "git@-oProxyCommand=x:y",
  "-oProxyCommand=x@host:y",
  "https://user:pass@example.com/a",
  "https://user@example.com/a",
  "http://example.com/a",
  "http://127.0.0.1.example.com/a",
  "https://example.com/a\nb",
  "https://example.com/a b",
  "https://example.com:99999/a",
  "git://example.com/a",
  "ftp://example.com/a",
  "relative/path",
  "../up",
  "file://host/x\r\ny",
  "",
  "javascript:alert(1)",
])("the URL %j is refused before git sees it", async (repository) => {
  const folder = temporaryFolder();
  const platform = createGit({
    processes: openTestProcesses(),
    dataDir: temporaryFolder(),
    workspacesDir: folder,
    allowLocalRepositories: true,
    environment,
  });
  expect(() => platform.inspectRepository(repository)).toThrow(
    expect.objectContaining({ code: "invalid-request" }),
  );
  const cloning = platform.clone({
    workspaceId,
    repository,
    branch: null,
    signal: forever,
    onProgress: () => {},
  });
  await expect(cloning).rejects.toMatchObject({ code: "invalid-request" });
});

test.each(["-x", "--upload-pack=x", "a..b", "a b", "a/../b", "@{-1}", "a\nb", ".hidden"])(
  "the branch %j is refused",
  async (branch) => {
    const { folder, platform } = await setUp();
    const repository = join(folder, "origin");
    const cloning = platform.clone({
      workspaceId: "wsp_9",
      repository,
      branch,
      signal: forever,
      onProgress: () => {},
    });
    await expect(cloning).rejects.toMatchObject({ code: "invalid-request" });
  },
);

test("the rules for URLs and branches are those of the contract", () => {
  const contract = parse(readFileSync("openapi.yaml", "utf8")) as {
    components: { schemas: Record<string, { pattern: string }> };
  };
  const { Repository, Branch } = contract.components.schemas;
  expect(repositoryPattern.source).toBe(new RegExp(Repository?.pattern ?? "").source);
  expect(branchPattern.source).toBe(new RegExp(Branch?.pattern ?? "").source);
});
