import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FailedStart } from "../../../../lib/platform/sandbox/launch/failed-start.ts";
import { readProcesses } from "../../../../lib/platform/sandbox/limits/process-tree.ts";
import { until } from "../../../support/until.ts";
import { endOf, grantsFor, openLauncher, openMac } from "./mac.ts";

const shell = (script: string) => ({ file: "/bin/sh", args: ["-c", script] });

test("a command runs in the workspace, with a home of its own and the limits", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const grants = grantsFor(mac);
  const script =
    'pwd; echo "$HOME"; echo "$TMPDIR"; ulimit -n; ulimit -c; git config user.name; ls /dev/fd/3; exit 7';
  const { output, exitCode, limit } = await endOf(await launcher.launch(shell(script), grants));
  const folder = realpathSync(mac.options.folder);
  const { root } = grants.workspace;
  const lines = [root, join(folder, "homes/wsp_one"), join(folder, "temporary/wsp_one"), "64", "0", "Ann"];
  expect(output.split("\n").slice(0, 6)).toEqual(lines);
  expect([exitCode, limit]).toEqual([7, null]);
  expect(mac.arguments()).toContainEqual(expect.stringMatching(/^-DP\d+=.*\/wsp_one\/\.git\/config$/));
});

test("with the grant, the configuration of git is writable", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const { workspace, ...grants } = grantsFor(mac);
  await endOf(
    await launcher.launch(shell("true"), {
      ...grants,
      workspace: { ...workspace, isGitConfigWritable: true },
    }),
  );
  expect(mac.arguments().filter((each) => /^-DP\d+=.*\.git/.test(each))).toEqual([]);
});

test("each workspace has a port and a credential of its own", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const ask = `port=\${http_proxy##*:}; exec /bin/bash -c "echo $http_proxy; cat < /dev/tcp/127.0.0.1/$port"`;
  const [one, two] = [
    (await endOf(await launcher.launch(shell(ask), grantsFor(mac)))).output.split("\n"),
    (await endOf(await launcher.launch(shell(ask), grantsFor(mac, "wsp_two")))).output.split("\n"),
  ];
  expect([one[1], two[1]]).toEqual(["served", "served"]);
  expect(mac.connections.map(({ workspaceId }) => workspaceId)).toEqual(["wsp_one", "wsp_two"]);
  const [first, second] = [new URL(one[0] ?? ""), new URL(two[0] ?? "")];
  expect(first.port).not.toBe(second.port);
  expect(first.password).not.toBe(second.password);
  const basic = Buffer.from(`${first.username}:${first.password}`).toString("base64");
  expect(mac.connections[0]?.authorization).toBe(`Basic ${basic}`);
  expect(mac.arguments()[1]).toContain(`(allow network-outbound (remote ip "localhost:${second.port}"))`);
  expect(mac.arguments()[1]).not.toContain(first.port);
});

test("a profile that is refused is a failed start, and the command does not run", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  mac.refuseProfiles();
  const program = await launcher.launch(shell("echo ran"), grantsFor(mac));
  await expect(program.ended).rejects.toBeInstanceOf(FailedStart);
  await program.release();
});

test("a file over the limit ends the command, and one below it does not", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const write = (kibibytes: number) => shell(`exec dd if=/dev/zero of=file bs=1024 count=${kibibytes}`);
  expect((await endOf(await launcher.launch(write(1025), grantsFor(mac)))).limit).toBe("fileSize");
  expect((await endOf(await launcher.launch(write(1024), grantsFor(mac)))).limit).toBeNull();
});

test("too many processes end the command", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const grants = grantsFor(mac);
  const many = shell("for i in 1 2 3 4 5 6 7 8 9 10; do sleep 600 & done; wait");
  const few = await launcher.launch(many, { ...grants, limits: { ...grants.limits, processes: 8 } });
  expect((await endOf(few)).limit).toBe("processes");
});

test("what a command leaves behind ends with it, also outside of its group", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const leave = `sleep 600 > /dev/null & perl -e 'setpgrp(0, 0); sleep 600' > /dev/null & echo $!; sleep 0.6`;
  const { output } = await endOf(await launcher.launch(shell(leave), grantsFor(mac)));
  const left = Number(output);
  expect(left).toBeGreaterThan(1);
  await until("it ends", () => !readProcesses().some(({ pid }) => pid === left));
});

test("a command that is asked to end can end by itself", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const grants = grantsFor(mac);
  const program = await launcher.launch(
    shell(`trap 'echo asked; exit 3' TERM; : > ready; while :; do sleep 0.05; done`),
    grants,
  );
  await until("it is ready", () => existsSync(join(grants.workspace.root, "ready")));
  program.terminate();
  const { output, exitCode } = await endOf(program);
  expect([output, exitCode]).toEqual(["asked\n", 3]);
});

test("forgetting a workspace removes its home", async () => {
  const mac = openMac();
  const { launcher } = await openLauncher(mac);
  const { output } = await endOf(await launcher.launch(shell('echo "$HOME"'), grantsFor(mac)));
  const home = output.trim();
  writeFileSync(join(home, "kept"), "");
  await launcher.forget("wsp_one");
  expect(() => realpathSync(home)).toThrow("ENOENT");
});
