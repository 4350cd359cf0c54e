import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGit } from "../../../../lib/platform/index.ts";
import { environment, forever, git, openTestProcesses, temporaryFolder, workspaceId } from "../place.ts";

/** A clone over an ssh that notes what it was given and runs the command of the other side here. */
async function cloneOverSsh() {
  const folder = temporaryFolder();
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const noted = join(folder, "noted");
  const script = `#!/bin/sh
for argument do echo "$argument" >> '${noted}'; last=$argument; done
env > '${noted}.env'
exec sh -c "$last"
`;
  writeFileSync(join(bin, "ssh"), script);
  chmodSync(join(bin, "ssh"), 0o755);
  git(folder, "init", "origin");
  git(join(folder, "origin"), "commit", "--allow-empty", "-m", "first");
  const dataDir = join(folder, "a data folder");
  const workspacesDir = join(folder, "workspaces");
  const platform = createGit({
    ...{ dataDir, workspacesDir, allowLocalRepositories: true },
    environment: { ...environment, PATH: "/nowhere", SSH_AUTH_SOCK: "/run/agent", CANARY: "1" },
    processes: openTestProcesses({ programPaths: [bin] }),
  });
  const repository = `ssh://git@localhost${folder}/origin/.git`;
  const { head } = await platform.clone({
    ...{ workspaceId, repository, branch: null, signal: forever, onProgress: () => {} },
  });
  return { bin, dataDir, head, noted, folder };
}

test("git clones over ssh with a configuration file of the server's own, readable by it alone", async () => {
  const { dataDir, head, noted, folder } = await cloneOverSsh();
  expect(head).toBe(git(join(folder, "origin"), "rev-parse", "HEAD"));
  const [option, file = ""] = readFileSync(noted, "utf8").split("\n");
  expect([option, file]).toEqual(["-F", join(dataDir, "ssh/config")]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = readFileSync(file, "utf8").split("\n");
  expect(lines).toEqual(expect.arrayContaining(["BatchMode yes", "StrictHostKeyChecking accept-new"]));
  expect(lines).toContain(`Include "${join(dataDir, "ssh/hosts")}"`);
  expect(lines.join("\n")).not.toMatch(/ProxyCommand|Match/);
});

test("ssh gets the home and the agent of the user, and a PATH of trusted folders", async () => {
  const { bin, noted } = await cloneOverSsh();
  const entries = readFileSync(`${noted}.env`, "utf8").trim().split("\n");
  expect(entries).toContain("SSH_AUTH_SOCK=/run/agent");
  expect(entries).toContain(`HOME=${environment.HOME}`);
  const path = entries.find((entry) => entry.startsWith("PATH="))?.slice(5) ?? "";
  expect(path.split(":").filter((part) => !/^\/(usr|bin|sbin|run)/.test(part))).toEqual([bin]);
  expect(entries.join("\n")).not.toContain("CANARY");
});
