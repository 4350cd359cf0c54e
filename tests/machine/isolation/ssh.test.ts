import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeSshCommand } from "../../../lib/platform/git/ssh-command.ts";
import { openTrustedPrograms } from "../../../lib/platform/index.ts";
import { temporaryFolder } from "../../lib/platform/place.ts";

/** Runs a command in a mount namespace in which another folder is the home of the user. */
function atHome(home: string, command: string): string {
  const mount = `mount --bind '${home}' '${homedir()}' && ${command}`;
  const { stdout, stderr } = spawnSync("unshare", ["-Urm", "sh", "-c", mount], { encoding: "utf8" });
  return stdout + stderr;
}

function plantedHome(): string {
  const home = join(temporaryFolder(), "home");
  mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, ".ssh/config"), "Host *\n  ProxyCommand touch /tmp/planted\n", { mode: 0o600 });
  return home;
}

test("a ProxyCommand planted in ~/.ssh/config is not read; the usual keys and known hosts are", async () => {
  const dataDir = temporaryFolder();
  const command = await writeSshCommand({ dataDir, programs: openTrustedPrograms() });
  const shown = atHome(plantedHome(), `${command} -G git.example`);
  expect(shown).not.toContain("proxycommand");
  expect(shown).toContain("batchmode yes\n");
  expect(shown).toContain("stricthostkeychecking accept-new\n");
  expect(shown).toContain("identityfile ~/.ssh/id_ed25519\n");
  expect(shown).toMatch(/^userknownhostsfile \S+\/\.ssh\/known_hosts /m);
});

test("what a person writes into the server's file of hosts is read", async () => {
  const dataDir = temporaryFolder();
  const command = await writeSshCommand({ dataDir, programs: openTrustedPrograms() });
  writeFileSync(
    join(dataDir, "ssh/hosts"),
    "Host git.example\n  IdentityFile /keys/deploy\n  BatchMode no\n",
  );
  const shown = atHome(plantedHome(), `${command} -G git.example`);
  expect(shown).toContain("identityfile /keys/deploy\n");
  expect(shown).toContain("batchmode yes\n");
  expect(atHome(plantedHome(), `${command} -G other.example`)).not.toContain("/keys/deploy");
});

test("ssh without the file of the server reads the planted one, so the tests above can fail", () => {
  expect(atHome(plantedHome(), "ssh -G git.example")).toContain("proxycommand touch /tmp/planted\n");
});
