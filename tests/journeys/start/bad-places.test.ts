import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProblemCode } from "../../../lib/errors.ts";
import { expectProblem } from "../../support/claims.ts";
import { startFortress, type Fortress } from "../../support/server/fortress.ts";
import type { ServerProcess } from "../../support/server/server-process.ts";

let fortress: Fortress;
let server: ServerProcess;
beforeAll(async () => {
  fortress = await startFortress({ env: { TALKCODY_ALLOW_LOCAL_REPOSITORIES: "false" } });
  ({ server } = fortress);
});
afterAll(() => server.stop());

describe("a repository that is none, or is not allowed", () => {
  const refused: [string, ProblemCode][] = [
    ["ext::sh -c 'touch /tmp/pwned'", "invalid-request"],
    ["ext::sh%20-c%20id", "invalid-request"],
    ["-oProxyCommand=touch", "invalid-request"],
    ["--upload-pack=touch", "invalid-request"],
    ["ssh://-oProxyCommand=touch/x", "invalid-request"],
    ["-oProxyCommand=touch@host:x", "invalid-request"],
    ["git@-oProxyCommand=x:y", "invalid-request"],
    ["https://user:secret@example.com/x.git", "invalid-request"],
    ["https://token@example.com/x.git", "invalid-request"],
    ["http://example.com/x.git", "invalid-request"],
    ["git://example.com/x.git", "invalid-request"],
    ["ftp://example.com/x.git", "invalid-request"],
    ["https://example.com/x.git?a=b", "invalid-request"],
    ["https://example.com/x\n.git", "invalid-request"],
    ["../elsewhere", "invalid-request"],
    ["", "invalid-request"],
    ["x".repeat(5000), "invalid-request"],
    ["file:///etc", "local-repository"],
    ["/etc", "local-repository"],
    ["http://127.0.0.1:9/x.git", "local-repository"],
    ["https://localhost/x.git", "local-repository"],
    ["ssh://git@localhost/x.git", "local-repository"],
    ["git@127.0.0.1:x.git", "local-repository"],
  ];
  test.each(refused)("%s", async (repository, code) => {
    expectProblem(await server.call("createWorkspace", { body: { repository } }), code);
    expectProblem(await server.call("createSession", { body: { workspace: { repository } } }), code);
  });
  test.each(["--upload-pack=x", "-b", "a..b", "a b", "/x", "x.lock/", "é", ""])(
    "branch %s",
    async (branch) => {
      const body = { repository: "https://example.com/x.git", branch };
      expectProblem(await server.call("createWorkspace", { body }), "invalid-request");
    },
  );
});

describe("a path out of the workspace", () => {
  const paths = [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "..",
    "a\0b",
    "",
    ".git/config",
    "..%2f..%2fetc",
    "x".repeat(4097),
    "~root",
    "C:\\x",
  ];
  test.each(paths)("%j", async (path) => {
    for (const operation of ["getWorkspaceContent", "getWorkspaceTree", "getWorkspaceDiff"] as const) {
      const answer = await fortress.probe(operation, {
        params: { workspaceId: fortress.workspaceId },
        query: { path },
      });
      const isRefused = answer.status === 400 || answer.status === 404;
      expect(isRefused || answer.bytes.toString(), path).toSatisfy(isRefusedOrEmpty);
    }
  });
});

test("after all this nothing is lost, nothing was added, and the server works", async () => {
  await expect(fortress.expectUntouched()).resolves.toBeUndefined();
});

/** Where there is nothing to see, a tree or a diff may say just that. */
function isRefusedOrEmpty(answer: true | string): boolean {
  return answer === true || answer === '{"patch":"","truncated":false}';
}
