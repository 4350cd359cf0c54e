import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openPlace } from "../stage/place.ts";
import { writeAs } from "../stage/planted.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

test("a command finds none of the planted keys in any file that it can read", async () => {
  const { home } = trial.server;
  expect(existsSync(join(home, ".ssh/id_ed25519"))).toBe(true);
  // Programs and toolchains are large, and they are not where keys are.
  const large = ["proc", "sys", "usr", ".pyenv", ".rustup", ".nvm", "toolchains"];
  const excluded = large.map((name) => `--exclude-dir=${name}`).join(" ");
  const { stdout } = await trial.place.run(
    `grep -rIl --devices=skip ${excluded} canary- / 2>/dev/null; echo searched`,
  );
  expect(stdout).toBe("searched\n");
});

test("the home of the person is not there, and the own home is empty of credentials", async () => {
  const { home, planted } = trial.server;
  const files = Object.keys(planted.canaries).filter((name) => name.includes("/") || name.startsWith("."));
  const commands = files.flatMap((name) => [
    `cat ${home}/${name}`,
    `cat "$HOME/${name}"`,
    `cat ~root/${name}`,
  ]);
  const { all } = await trial.place.run(commands.join("; "));
  expect(planted.leaksIn(all)).toEqual([]);
  const { stdout } = await trial.place.run('test -w "$HOME" && echo "a home that is mine: $HOME"');
  expect(stdout).toMatch(/a home that is mine/);
  expect(stdout).not.toContain(home);
});

test("files of the host that only root reads, and other people's homes, are not there", async () => {
  const paths = [
    "/etc/shadow",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/cron.d",
    "/var/log",
    "/boot",
    "/srv",
    "/root",
    "/mnt",
    "/media",
  ];
  const { stdout } = await trial.place.run(
    `for p in ${paths.join(" ")}; do cat $p/* $p 2>/dev/null | grep -q . && echo "read $p"; done; echo done`,
  );
  expect(stdout).toBe("done\n");
});

test("the data folder, its databases and its keys are not there", async () => {
  const { dataDir, planted } = trial.server;
  expect(existsSync(join(dataDir, "chat_history.db"))).toBe(true);
  const { stdout, all } = await trial.place.run(
    `ls -A ${dataDir} ${dirname(dataDir)}; cat ${dataDir}/server.json ${dataDir}/*.db; find / -name 'chat_history.db*' -not -path '/proc/*' 2>/dev/null; echo done`,
  );
  expect(stdout).toBe("done\n");
  expect(planted.leaksIn(all)).toEqual([]);
});

test("the data folder stays unreadable after a parent folder was moved", async () => {
  const { dataDir, setting } = trial.server;
  const parent = dirname(dataDir);
  const moved = `${parent}-moved`;
  writeAs(setting.uid, join(dataDir, "probe.txt"), "canary-moved-data\n");
  const { isError } = await trial.place.run(`mv ${parent} ${moved}`);
  expect(isError).toBe(true);
  expect(existsSync(parent)).toBe(true);
  renameSync(parent, moved);
  try {
    mkdirSync(dataDir, { recursive: true });
    const answer = await trial.place.tool("bash", {
      command: `cat ${moved}/data/probe.txt ${moved}/data/*.db | head -c 100000`,
    });
    expect(answer.bytes.toString()).not.toContain("canary-moved-data");
    expect(answer.bytes.toString()).not.toContain("SQLite format");
  } finally {
    rmSync(parent, { recursive: true });
    renameSync(moved, parent);
  }
});

test("another workspace is not there, nor is what its commands left in temporary folders and homes", async () => {
  const other = await openPlace(trial.server);
  await other.run(
    'for d in . /tmp /var/tmp /dev/shm "$HOME" "$TMPDIR"; do echo canary-neighbour > "$d/note.txt"; done',
  );
  const places = `. /tmp /var/tmp /dev/shm "$HOME" ${other.folder} ${dirname(other.folder)}`;
  const { stdout } = await trial.place.run(
    `grep -rs canary-neighbour ${places}; ls ${dirname(other.folder)}; echo done`,
  );
  expect(stdout).toBe("done\n");
  expect((await other.run("cat note.txt")).stdout).toBe("canary-neighbour\n");
});

test("a second data folder of the same person is not there", async () => {
  const { setting } = trial.server;
  const second = join(setting.folder, "second/data/settings.db");
  writeAs(setting.uid, second, "canary-second\n");
  const { stdout } = await trial.place.run(
    `cat ${second}; grep -rs canary-second ${setting.folder}; echo done`,
  );
  expect(stdout).toBe("done\n");
});

test("what others left in /tmp and /dev/shm is not there", async () => {
  const { setting } = trial.server;
  const folders = ["/tmp", "/var/tmp", "/dev/shm"];
  for (const folder of folders)
    writeAs(setting.uid, `${folder}/talkcody-trial-note`, "canary-temporary\n", 0o644);
  const { stdout } = await trial.place.run(
    "cat /tmp/talkcody-trial-note /var/tmp/talkcody-trial-note /dev/shm/talkcody-trial-note; echo done",
  );
  for (const folder of folders) rmSync(`${folder}/talkcody-trial-note`);
  expect(stdout).toBe("done\n");
});
