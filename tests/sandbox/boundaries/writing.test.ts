import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPlace } from "../stage/place.ts";
import { startFiles } from "../stage/planted.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial({ files: { "README.md": "# Sample\n", "run.sh": "echo hello\n" } });

test("what runs as the person at their next login stays as it was", async () => {
  const { home } = trial.server;
  const attempts = startFiles.map(
    (name) =>
      `mkdir -p $(dirname ${home}/${name}); echo evil >> ${home}/${name}; echo evil >> "$HOME/../${name}"`,
  );
  await trial.place.run(`${attempts.join("; ")}; true`);
  for (const name of startFiles) expect(readFileSync(join(home, name), "utf8"), name).not.toContain("evil");
});

test("the host's system files and program folders stay as they were", async () => {
  const folders = [
    "/etc",
    "/etc/cron.d",
    "/usr/local/bin",
    "/usr/bin",
    "/var/spool/cron",
    "/etc/profile.d",
    "/run",
    "/opt",
    "/sys/fs/cgroup",
  ];
  const files = ["/etc/hosts", "/etc/passwd", "/etc/ld.so.preload", "/etc/ld.so.cache"];
  const before = files.map((path) => (existsSync(path) ? readFileSync(path, "latin1") : null));
  const attempts = [
    ...folders.map((folder) => `echo evil > ${folder}/talkcody-evil`),
    ...files.map((path) => `echo evil >> ${path}`),
  ];
  await trial.place.run(`${attempts.join("; ")}; true`);
  const made = folders.map((folder) => `${folder}/talkcody-evil`).filter((path) => existsSync(path));
  for (const path of made) rmSync(path);
  expect(made).toEqual([]);
  expect(files.map((path) => (existsSync(path) ? readFileSync(path, "latin1") : null))).toEqual(before);
});

test("temporary folders of the host get nothing", async () => {
  await trial.place.run("for d in /tmp /var/tmp /dev/shm; do echo x > $d/talkcody-from-inside; done; true");
  const found = ["/tmp", "/var/tmp", "/dev/shm"].filter((folder) =>
    existsSync(join(folder, "talkcody-from-inside")),
  );
  expect(found).toEqual([]);
});

test("git's configuration and hooks in the workspace are read-only, and are after they were moved", async () => {
  const { folder } = trial.place;
  const before = readFileSync(join(folder, ".git/config"), "utf8");
  const attempts = [
    "echo '[core]' >> .git/config",
    "git config core.fsmonitor /tmp/evil",
    "git config --worktree core.hooksPath /tmp/evil",
    "git remote add evil https://evil.example/x",
    "mkdir -p .git/hooks; echo 'touch evil' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit",
    "echo '* filter=evil' > .git/info/attributes",
    "mv .git/info .git/info-old; mkdir .git/info; echo '* filter=evil' > .git/info/attributes",
    "echo '[core]' > .git/config.worktree",
    "mv .git/config .git/config.old; echo '[core]' > .git/config",
    "rm -rf .git/hooks; mkdir .git/hooks; touch .git/hooks/evil",
    "ln -sf /tmp/evil .git/config",
    "mv .git .git-old; mkdir .git; cp -r .git-old/* .git/; echo '[evil]' >> .git/config; mv .git .git-evil; mv .git-old .git",
  ];
  for (const attempt of attempts) {
    await trial.place.run(`${attempt}; true`);
    expect(readFileSync(join(folder, ".git/config"), "utf8"), attempt).toBe(before);
    expect(
      readdirSync(join(folder, ".git/hooks")).filter((name) => !name.endsWith(".sample")),
      attempt,
    ).toEqual([]);
    for (const empty of ["info/attributes", "config.worktree"])
      expect(readFileSync(join(folder, ".git", empty), "utf8"), attempt).toBe("");
  }
});

test("git status stays clean after a hundred commands, and nothing but the files is there", async () => {
  const place = await openPlace(trial.server, { files: { "README.md": "# Sample\n" } });
  for (let count = 0; count < 100; count++) expect((await place.run("true")).isError).toBe(false);
  expect((await place.run("git status --porcelain --ignored; ls -A")).stdout).not.toMatch(
    /mcp|bashrc|claude|gitmodules|vscode/,
  );
  expect((await place.run("git status --porcelain")).stdout).toBe("");
  const names = readdirSync(place.folder).filter((name) => name !== ".talkcody");
  expect(names.toSorted()).toEqual([".git", "README.md"]);
});

test("the agent can work: it writes files, commits, and uses its home and temporary folder", async () => {
  const place = await openPlace(trial.server, { files: { "README.md": "# Sample\n" } });
  const commands = [
    "echo changed > README.md",
    "git add -A",
    "git -c user.name=Agent -c user.email=agent@example.test commit -qm 'Change by the agent'",
    'echo kept > "$HOME/cache"; echo passing > "$(mktemp)"',
    "git log --format=%s -1",
  ];
  const ran = await place.run(commands.join(" && "));
  expect(ran).toMatchObject({ isError: false, stdout: "Change by the agent\n" });
  expect((await place.run('cat "$HOME/cache"')).stdout).toBe("kept\n");
  expect(readFileSync(join(place.folder, "README.md"), "utf8")).toBe("changed\n");
});
