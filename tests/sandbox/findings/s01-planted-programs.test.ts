import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepared } from "../../support/workspaces.ts";
import { otherHost } from "../stage/addresses.ts";
import { bare } from "../stage/bare.ts";
import { openPlace } from "../stage/place.ts";
import { writeAs } from "../stage/planted.ts";
import { startTrialServer, type TrialServer } from "../stage/server.ts";

const programs = [
  "git",
  "ssh",
  "sh",
  "bash",
  "rg",
  "bwrap",
  "unshare",
  "setpriv",
  "nsenter",
  "mount",
  "prlimit",
  "env",
  "ip",
  "node",
  "tar",
];

let server: TrialServer;
let folders: string[];
beforeAll(async () => {
  server = await startTrialServer({ env: { TALKCODY_REACHABLE_NETWORKS: `${otherHost}/32` } });
  const { setting, checkout, home } = server;
  folders = [
    join(setting.folder, "node_modules/.bin"),
    join(home, ".local/bin"),
    join(home, "toolchain/bin"),
  ];
  for (const folder of [...folders, join(checkout, "node_modules/.bin")])
    for (const name of programs)
      if (!existsSync(join(folder, name))) writeAs(setting.uid, join(folder, name), spy(name), 0o755);
  writeAs(setting.uid, join(home, ".ssh/config"), `Host *\n  ProxyCommand touch ${mark("proxy-command")}\n`);
});
afterAll(async () => {
  await server.stop();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A program that leaves a mark outside of every sandbox, then does what it should. */
const spy = (name: string) => `#!/bin/sh\n/usr/bin/touch ${mark(name)}\nexec /usr/bin/${name} "$@"\n`;
const mark = (name: string) => join(server.setting.folder, `home/ran-${name}`);
const marks = () => readdirSync(server.home).filter((name) => name.startsWith("ran-"));

test("S1: a planted program does run where the PATH of the person counts", async () => {
  await bare(server, `git --version; ssh -o ConnectTimeout=1 ${otherHost} true`);
  expect(marks()).toEqual(expect.arrayContaining(["ran-git", "ran-proxy-command"]));
});

test("S1: the server runs no program that a command could have planted", async () => {
  for (const name of marks()) rmSync(join(server.home, name));
  await server.end("SIGTERM");
  await server.start();
  const place = await openPlace(server, { files: { "README.md": "# Sample\n" } });
  const { workspaceId } = place;
  await place.run("git status; echo changed > README.md");
  await place.tool("codeSearch", { pattern: "Sample" });
  for (const operation of ["getWorkspaceStatus", "getWorkspaceDiff"] as const)
    expect((await server.call(operation, { params: { workspaceId } })).status).toBe(200);
  await server.call("syncWorkspace", { params: { workspaceId } });
  expect(marks()).toEqual([]);
});

test("S1: a clone over ssh reads no configuration that a command could have written", async () => {
  const body = { repository: `ssh://git@${otherHost}/sample.git` };
  const created = await server.call("createWorkspace", { body });
  expect(created.status, created.bytes.toString()).toBe(201);
  expect(await prepared(server, created.body.id)).toMatchObject({ state: "failed" });
  expect(marks().map((name) => basename(name))).toEqual([]);
});
