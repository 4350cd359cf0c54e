import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openTrustedPrograms } from "../../../../lib/platform/index.ts";
import { createRepository } from "../../../support/repository.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { cloned } from "../../../support/workspaces.ts";

/** A git that notes its arguments, one on a line, and then is the real one. */
const bin = mkdtempSync(join(tmpdir(), "talkcody-noting-git-"));
const noted = join(bin, "noted");
const canary = join(bin, "canary");
writeFileSync(
  join(bin, "git"),
  `#!/bin/sh\n{ echo start; printf '%s\\n' "$@"; } >> '${noted}'\nexec '${openTrustedPrograms().find("git")}' "$@"\n`,
);
chmodSync(join(bin, "git"), 0o755);
afterAll(() => rmSync(bin, { recursive: true, force: true }));

const server = useTestServer({ env: { TALKCODY_PROGRAM_PATHS: bin } });

const hostile = [
  `-u touch ${canary}`,
  `--upload-pack=touch ${canary}`,
  `--receive-pack=touch ${canary}`,
  `--exec=touch ${canary}`,
  `--output=${canary}`,
  `-o${canary}`,
  `-O${canary}`,
  `--open-files-in-pager=touch ${canary}`,
  "--no-index",
  "--ext-diff",
  "--textconv",
  `-c core.fsmonitor=touch ${canary}`,
  `-ccore.sshCommand=touch ${canary}`,
  `--config=core.hooksPath=${bin}`,
  `--template=${bin}`,
  `--git-dir=${bin}`,
  `--work-tree=/`,
  `--exec-path=${bin}`,
  "--pathspec-from-file=/etc/passwd",
  "--recurse-submodules",
  `ext::sh -c touch% ${canary}`,
  `EXT::sh -c touch% ${canary}`,
  "fd::17",
  "file:///etc",
  "git://example.com/a",
  "ftp://example.com/a",
  `ssh://-oProxyCommand=touch${canary}/x`,
  `ssh://git@-oProxyCommand=touch${canary}/x`,
  `git@-oProxyCommand=x:${canary}`,
  "https://user:password@example.com/a",
  "https://token@example.com/a",
  "http://example.com/a",
  "https://example.com/a\r\nHost: b",
  "https://example.com/a\n--upload-pack=x",
  "https://example.com/$(touch x)",
  `; touch ${canary}`,
  `\`touch ${canary}\``,
  "main..other",
  "@{-1}",
  "HEAD:a.txt",
  ":(exclude)a.txt",
  ":!a.txt",
  "../../../../etc/passwd",
  "/etc/passwd",
  "a\u0000b",
  ".git/config",
];

function argumentsNoted(): string[] {
  return existsSync(noted) ? readFileSync(noted, "utf8").split("\n") : [];
}

/** Of each git that was started: what stands before the first `--`, where options are read. */
function optionsNoted(): string[] {
  const runs = argumentsNoted().join("\n").split("\nstart\n");
  return runs.flatMap((run) => run.split("\n--\n", 1)[0]?.split("\n") ?? []);
}

/** A local repository that is allowed here but is not there is no attack; git may be asked for it, after `--`. */
const isLocal = (text: string) => text.startsWith("/") || text.startsWith("file://");

test.each(hostile)("as a repository or a branch, %j starts no git", async (text) => {
  const { path: good } = createRepository(server.folder);
  rmSync(noted, { force: true });
  const bodies = [{ repository: text }, { repository: good, branch: text }].slice(isLocal(text) ? 1 : 0);
  for (const body of bodies) {
    const alone = await server.call("createWorkspace", { body });
    const inSession = await server.call("createSession", { body: { workspace: body } });
    expect([alone.status, inSession.status], JSON.stringify(body)).toEqual([400, 400]);
    expect([alone.problem.code, inSession.problem.code]).toEqual(["invalid-request", "invalid-request"]);
  }
  expect(argumentsNoted()).toEqual([]);
  expect(existsSync(canary)).toBe(false);
});

test("as a path of a diff, nothing is an option, a pattern or a file outside", async () => {
  const { workspaceId, folder } = await cloned(server, { "a.txt": "one\n" });
  writeFileSync(join(folder, "a.txt"), "two\n");
  mkdirSync(join(folder, "empty"));
  const before = readdirSync(folder, { recursive: true }).toSorted();
  for (const path of hostile) {
    rmSync(noted, { force: true });
    const { status, bytes } = await server.call("getWorkspaceDiff", {
      params: { workspaceId },
      query: { path },
    });
    expect([200, 400, 404], path).toContain(status);
    expect(bytes.toString(), path).not.toMatch(/root:|\+two/);
    expect(optionsNoted(), path).not.toContain(path);
  }
  expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(before);
  expect(existsSync(canary)).toBe(false);
  const { body } = await server.call("getWorkspaceDiff", {
    params: { workspaceId },
    query: { path: "a.txt" },
  });
  expect(body.patch).toContain("+two");
  expect(argumentsNoted()).toContain("a.txt");
});

test.each(hostile)("as the id of a workspace, %j reaches no git", async (workspaceId) => {
  rmSync(noted, { force: true });
  for (const operation of [
    "getWorkspaceStatus",
    "getWorkspaceDiff",
    "syncWorkspace",
    "deleteWorkspace",
  ] as const) {
    const { status } = await server.call(operation, { params: { workspaceId } });
    expect([400, 404], operation).toContain(status);
  }
  expect(argumentsNoted()).toEqual([]);
});
