import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGit } from "../../../../lib/platform/index.ts";
import { environment, forever, git, openTestProcesses, temporaryFolder, workspaceId } from "../place.ts";

const otherId = "wsp_other";
const secret = "canary of another workspace";

/** Two workspaces beside each other, and the commit of the other one, whose file holds a secret. */
async function setUp() {
  const folder = temporaryFolder();
  const workspacesDir = join(folder, "workspaces");
  mkdirSync(workspacesDir);
  const platform = createGit({
    ...{ workspacesDir, environment, dataDir: folder, allowLocalRepositories: true },
    processes: openTestProcesses(),
  });
  git(folder, "init", "origin");
  writeFileSync(join(folder, "origin/a.txt"), "a\n");
  git(join(folder, "origin"), "add", ".");
  git(join(folder, "origin"), "commit", "-m", "first");
  const request = { branch: null, signal: forever, onProgress: () => {} };
  for (const id of [workspaceId, otherId])
    await platform.clone({ ...request, workspaceId: id, repository: join(folder, "origin") });
  const [root, other] = [join(workspacesDir, workspaceId), join(workspacesDir, otherId)];
  writeFileSync(join(other, "a.txt"), `${secret}\n`);
  git(other, "commit", "-am", "secret");
  return { folder, root, other, platform, stolen: git(other, "rev-parse", "HEAD") };
}

type Place = Awaited<ReturnType<typeof setUp>>;

/** Everything that the server shows of a workspace through git, or the problem. */
async function shownBy({ platform }: Place): Promise<string> {
  const asked = [
    platform.status(workspaceId),
    platform.diff(workspaceId, undefined),
    platform.diff(workspaceId, "a.txt"),
    platform.head(workspaceId),
    platform.hasUnpushedWork(workspaceId),
    platform.sync(workspaceId, forever),
  ];
  const settled = await Promise.allSettled(asked);
  return settled
    .map((one) => (one.status === "fulfilled" ? JSON.stringify(one.value) : String(one.reason)))
    .join("\n");
}

const problem = /not a usable git repository/;

/** Each makes the present commit of the workspace, or a part of it, come from the other one. */
const tricks: Record<string, (place: Place) => void> = {
  alternates: ({ root, other, stolen }) => {
    appendFileSync(join(root, ".git/objects/info/alternates"), `${other}/.git/objects\n`);
    writeFileSync(join(root, ".git/refs/heads/main"), `${stolen}\n`);
  },
  "http-alternates": ({ root, other }) => {
    mkdirSync(join(root, ".git/objects/info"), { recursive: true });
    writeFileSync(join(root, ".git/objects/info/http-alternates"), `${other}/.git/objects\n`);
  },
  "a link in place of the objects": ({ root, other, stolen }) => {
    rmSync(join(root, ".git/objects"), { recursive: true });
    symlinkSync(join(other, ".git/objects"), join(root, ".git/objects"));
    writeFileSync(join(root, ".git/refs/heads/main"), `${stolen}\n`);
  },
  "links in place of single objects": ({ root, other, stolen }) => {
    for (const name of readdirSync(join(other, ".git/objects")).filter((entry) => entry.length === 2)) {
      mkdirSync(join(root, ".git/objects", name), { recursive: true });
      for (const file of readdirSync(join(other, ".git/objects", name)))
        if (!existsSync(join(root, ".git/objects", name, file)))
          symlinkSync(join(other, ".git/objects", name, file), join(root, ".git/objects", name, file));
    }
    writeFileSync(join(root, ".git/refs/heads/main"), `${stolen}\n`);
  },
  "links in place of packs": ({ root, other, stolen }) => {
    git(other, "repack", "-ad");
    for (const file of readdirSync(join(other, ".git/objects/pack")))
      symlinkSync(join(other, ".git/objects/pack", file), join(root, ".git/objects/pack", `x-${file}`));
    writeFileSync(join(root, ".git/refs/heads/main"), `${stolen}\n`);
  },
  "a link in place of the branches": ({ root, other }) => {
    rmSync(join(root, ".git/refs/heads"), { recursive: true });
    symlinkSync(join(other, ".git/refs/heads"), join(root, ".git/refs/heads"));
  },
  "a link in place of a branch": ({ root, other }) => {
    rmSync(join(root, ".git/refs/heads/main"));
    symlinkSync(join(other, ".git/refs/heads/main"), join(root, ".git/refs/heads/main"));
  },
  "a link in place of .git": ({ root, other }) => {
    rmSync(join(root, ".git"), { recursive: true });
    symlinkSync(join(other, ".git"), join(root, ".git"));
  },
  "a file in place of .git": ({ root, other }) => {
    rmSync(join(root, ".git"), { recursive: true });
    writeFileSync(join(root, ".git"), `gitdir: ${other}/.git\n`);
  },
  "a link in place of the index": ({ root, other }) => {
    rmSync(join(root, ".git/index"));
    symlinkSync(join(other, ".git/index"), join(root, ".git/index"));
  },
  "a link in place of the configuration": ({ root, other }) => {
    rmSync(join(root, ".git/config"));
    symlinkSync(join(other, ".git/config"), join(root, ".git/config"));
  },
  "a submodule whose git folder is elsewhere": ({ root, other }) => {
    const first = git(root, "rev-parse", "HEAD");
    git(root, "update-index", "--add", "--cacheinfo", `160000,${first},sub`);
    mkdirSync(join(root, "sub"));
    writeFileSync(join(root, "sub/.git"), `gitdir: ${other}/.git\n`);
  },
  "a submodule that is a link": ({ root, other }) => {
    const first = git(root, "rev-parse", "HEAD");
    git(root, "update-index", "--add", "--cacheinfo", `160000,${first},sub`);
    mkdirSync(join(root, "sub"));
    symlinkSync(join(other, ".git"), join(root, "sub/.git"));
  },
};

test.each(Object.entries(tricks))("nothing of another workspace shows through %s", async (_, trick) => {
  const place = await setUp();
  trick(place);
  const shown = await shownBy(place);
  expect(shown).not.toContain(secret);
  expect(shown).not.toContain(place.stolen);
  expect(shown).toMatch(problem);
});

test.each(Object.entries(tricks).slice(0, 1))(
  "git as a user runs it shows it through %s",
  async (_, trick) => {
    const place = await setUp();
    trick(place);
    expect(git(place.root, "log", "-1", "--patch")).toContain(secret);
  },
);

test("the folder that commondir names is not read, and the workspace still works", async () => {
  const place = await setUp();
  writeFileSync(join(place.root, ".git/commondir"), `${place.other}/.git\n`);
  writeFileSync(join(place.root, ".git/gitdir"), `${place.other}/.git\n`);
  const shown = await shownBy(place);
  expect(shown).not.toContain(place.stolen);
  expect(shown).not.toMatch(problem);
});

test("a sync does not write its log through a link that leads outside", async () => {
  const place = await setUp();
  const outside = join(place.folder, "outside");
  writeFileSync(outside, "");
  for (const log of ["logs/refs/heads/main", "logs/HEAD"]) {
    rmSync(join(place.root, ".git", log), { force: true });
    symlinkSync(outside, join(place.root, ".git", log));
  }
  git(join(place.folder, "origin"), "commit", "--allow-empty", "-m", "second");
  await expect(place.platform.sync(workspaceId, forever)).rejects.toThrow(problem);
  expect(readFileSync(outside, "utf8")).toBe("");
});

test("neither grafts nor a replacement hides a commit that no remote has", async () => {
  const place = await setUp();
  const { root, platform } = place;
  const pushed = git(root, "rev-parse", "HEAD");
  writeFileSync(join(root, "a.txt"), "mine\n");
  git(root, "commit", "-am", "mine");
  const own = git(root, "rev-parse", "HEAD");
  mkdirSync(join(root, ".git/info"), { recursive: true });
  writeFileSync(join(root, ".git/info/grafts"), `${pushed} ${own}\n`);
  expect(git(root, "log", "--oneline", "HEAD", "--not", "--remotes")).toBe("");
  expect(await platform.hasUnpushedWork(workspaceId)).toBe(true);
  writeFileSync(join(root, "a.txt"), "changed\n");
  rmSync(join(root, ".git/info/grafts"));
  git(root, "replace", git(root, "rev-parse", "HEAD:a.txt"), git(root, "hash-object", "-w", "a.txt"));
  git(root, "replace", own, pushed);
  expect((await platform.diff(workspaceId, undefined)).patch).toContain("-mine\n+changed\n");
});

test("a submodule of the workspace's own is read, with its git folder in either place", async () => {
  const { root, platform } = await setUp();
  git(root, "init", "sub");
  git(join(root, "sub"), "commit", "--allow-empty", "-m", "one");
  git(root, "add", "sub");
  git(root, "commit", "-m", "with a submodule");
  git(join(root, "sub"), "commit", "--allow-empty", "-m", "two");
  expect((await platform.status(workspaceId)).changes).toEqual([
    { path: "sub", status: "modified", staged: false },
  ]);
  mkdirSync(join(root, ".git/modules"));
  renameSync(join(root, "sub/.git"), join(root, ".git/modules/sub"));
  writeFileSync(join(root, "sub/.git"), "gitdir: ../.git/modules/sub\n");
  expect((await platform.diff(workspaceId, undefined)).patch).toContain("+Subproject commit ");
});
