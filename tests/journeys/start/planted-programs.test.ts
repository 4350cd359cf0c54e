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
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createSession } from "../../support/conversation.ts";
import { environment, startServerProcess } from "../../support/server/server-process.ts";
import { cloned, prepared, scratch } from "../../support/workspaces.ts";

const names = ["bash", "bwrap", "git", "mkdir", "mount", "rg", "setpriv", "sh", "ssh", "unshare"];

/** Programs that write their name into `ran`, as a command of an agent could have left them. */
function plantIn(folder: string, ran: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    writeFileSync(join(folder, name), `#!/bin/sh\n: > '${ran}/${name}'\necho planted\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** A server that finds planted programs at the front of its PATH, as npm and a home folder put them there. */
async function startBehindPlanted() {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-planted-"));
  const ran = join(folder, "ran");
  mkdirSync(ran);
  const usual = environment(folder);
  const planted = [
    join(folder, "checkout/node_modules/.bin"),
    join(folder, "home/node_modules/.bin"),
    join(folder, "home/.local/bin"),
  ].map((place) => plantIn(place, ran));
  const PATH = [".", "bin", ...planted, usual["PATH"]].join(delimiter);
  const server = await startServerProcess({ folder, env: { PATH } });
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { server, ran };
}

test("programs planted in PATH, home and workspace never run as the server", async () => {
  const { server, ran } = await startBehindPlanted();
  const { repository, workspaceId, folder } = await cloned(server, { "a.txt": "needle\n" });
  plantIn(join(folder, "bin"), ran);
  const params = { workspaceId };
  expect((await server.call("getWorkspaceStatus", { params })).body.changes.length).toBe(names.length);
  expect((await server.call("getWorkspaceDiff", { params })).body.patch).toContain("+echo planted");
  repository.commit({ "b.txt": "new\n" });
  expect((await server.call("syncWorkspace", { params })).status).toBe(200);
  expect(existsSync(join(folder, "b.txt"))).toBe(true);
  await scratch(server);

  const overSsh = { repository: "ssh://git@127.0.0.1:1/nothing" };
  const { body: failed } = await server.call("createWorkspace", { body: overSsh });
  expect((await prepared(server, failed.id)).error?.code).toBe("clone-failed");

  const { id: sessionId } = await createSession(server, {
    workspaceId,
    settings: { autoApproveCommands: true },
  });
  const run = async (toolName: string, input: unknown) =>
    (await server.call("runTool", { params: { sessionId, toolName }, body: { input } })).body.output;
  expect(await run("codeSearch", { pattern: "needle", path: "." })).toMatchObject({ success: true });
  expect(await run("glob", { pattern: "*.txt" })).toMatchObject({ success: true });
  expect(await run("bash", { command: "echo $((6 * 7))" })).toMatchObject({ success: true, output: "42\n" });
  expect(readdirSync(ran)).toEqual([]);
});

test("the planted programs work: a command that names one by its path runs it", async () => {
  const { server, ran } = await startBehindPlanted();
  const { workspaceId, folder } = await scratch(server);
  plantIn(join(folder, "bin"), ".");
  const { id: sessionId } = await createSession(server, {
    workspaceId,
    settings: { autoApproveCommands: true },
  });
  const params = { sessionId, toolName: "bash" };
  const { body } = await server.call("runTool", { params, body: { input: { command: "bin/git status" } } });
  expect(body.output).toMatchObject({ output: "planted\n" });
  expect(readFileSync(join(folder, "git"), "utf8")).toBe("");
  expect(readdirSync(ran)).toEqual([]);
});
