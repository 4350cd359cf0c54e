import { chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { createSandbox } from "../../../../lib/platform/index.ts";
import { sandboxOptions } from "../../../support/sandbox/sandbox-options.ts";
import { openTestProcesses } from "../place.ts";
import { openSandbox } from "./open-sandbox.ts";

test("the self-test is green on this host, and tries each probe", async () => {
  const { sandbox } = openSandbox();
  expect(sandbox.report()).toMatchObject({ state: "testing", probes: [] });
  const report = await sandbox.ready();
  expect(report.probes.filter(({ passed }) => !passed)).toEqual([]);
  expect(report).toMatchObject({ state: "on", reason: null, fix: null });
  expect(report.probes.length).toBe(18);
  expect(report.uid).toBeGreaterThan(0);
});

test("a sandbox whose self-test fails refuses commands, with the reason and the fix", async () => {
  const { sandbox, run, dataDir } = openSandbox("auto", { productFolder: "/usr/bin" });
  const { state, reason, probes } = await sandbox.ready();
  expect(state).toBe("refused");
  expect(reason).toContain("product (the code of the server can be seen)");
  expect(probes.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(["product"]);
  await expect(run("true")).rejects.toMatchObject({
    name: "ToolFailure",
    message: expect.stringContaining("apt-get install bubblewrap"),
  });
  expect(dataDir).not.toBe("");
});

test("without protection commands run as before, and the report says so", async () => {
  const { sandbox, run, root } = openSandbox("off");
  expect(await sandbox.ready()).toMatchObject({ state: "off", mechanism: null, probes: [] });
  expect((await run("pwd")).output).toBe(`${root}\n`);
});

test("a command has its own home and its own /tmp, which the next command finds again", async () => {
  const { run } = openSandbox();
  await run("echo one > ~/kept; echo two > /tmp/kept");
  expect((await run("cat ~/kept /tmp/kept; pwd; echo $HOME")).output).toBe(
    "one\ntwo\n/workspace\n/home/agent\n",
  );
});

test("another workspace has another home, and sees nothing of the first", async () => {
  const { run, root, dataDir } = openSandbox();
  await run("echo secret > ~/kept");
  const other = { id: "wsp_2", root: join(root, "../wsp_2"), isGitConfigWritable: false };
  mkdirSync(other.root);
  const seen = await run(`ls -A ~ /tmp; ls ${dataDir} ..; cat ${root}/../wsp_1/*`, { workspace: other });
  expect(seen.output).not.toContain("kept");
  expect(seen.errors).toContain("No such file");
});

test("a forgotten workspace leaves no home and no connection behind", async () => {
  const ended: string[] = [];
  const proxy = { handle: () => {}, endWorkspace: (id: string) => void (id === "wsp_1" && ended.push(id)) };
  const { run, sandbox } = openSandbox("auto", { proxy });
  await run("echo one > ~/kept");
  await sandbox.forget("wsp_1");
  expect((await run("ls -A ~")).output).toBe("");
  expect(ended).toEqual(["wsp_1"]);
});

test("a workspace is also forgotten by a run of the server that started no command", async () => {
  const { run, dataDir } = openSandbox();
  await run("echo one > ~/kept");
  const homes = join(dataDir, "workspaces/.server/sandbox/homes");
  expect(readdirSync(homes)).toContain("wsp_1");
  const processes = openTestProcesses({ dataDir });
  const workspacesDir = join(dataDir, "workspaces");
  await createSandbox(sandboxOptions({ processes, mode: "auto", workspacesDir })).forget("wsp_1");
  expect(readdirSync(homes)).not.toContain("wsp_1");
});

const isRoot = process.getuid?.() === 0;

/** A workspace with a repository, as the server gives it to commands. */
function withRepository(root: string): void {
  mkdirSync(join(root, ".git"), { recursive: true });
  writeFileSync(join(root, ".git/config"), "[core]\n");
  if (isRoot) for (const path of ["", ".git", ".git/config"]) chownSync(join(root, path), 60_917, 60_917);
}

const attack =
  "echo x >> .git/config; echo x > .git/hooks/post-commit; mv .git .moved; rm -r .git/hooks; cat .git/config";

test("git's configuration and hooks are read-only, and .git cannot be moved away", async () => {
  const { run, root } = openSandbox();
  withRepository(root);
  const { output, errors } = await run(attack);
  expect(output).toBe("[core]\n");
  expect(errors.match(/Read-only file system|Permission denied|busy/g)?.length).toBeGreaterThanOrEqual(4);
});

test("a person can grant that git's configuration is written", async () => {
  const { run, root } = openSandbox();
  withRepository(root);
  const workspace = { id: "wsp_1", root, isGitConfigWritable: true };
  expect((await run("echo x >> .git/config; cat .git/config", { workspace })).output).toBe("[core]\nx\n");
});

test("Unix sockets are open where the network is, and closed where it is not", async () => {
  const { run } = openSandbox();
  const socket = `perl -e 'use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0) ? print "open" : print "closed: $!"'`;
  expect((await run(socket)).output).toBe("closed: Operation not permitted");
  expect((await run(socket, { network: "hosts" })).output).toBe("open");
});

test("two commands of a workspace reach each other over loopback", async () => {
  const { run } = openSandbox();
  const serve = `perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8123, Listen => 1, ReuseAddr => 1); my $c = $s->accept; print $c "served\\n"'`;
  const ask = `perl -MIO::Socket::INET -e 'for (1 .. 600) { my $c = IO::Socket::INET->new("127.0.0.1:8123"); if ($c) { print <$c>; last } select undef, undef, undef, 0.05 }'`;
  const [, asked] = await Promise.all([run(serve), run(ask)]);
  expect(asked.output).toBe("served\n");
});

test("commands that meet a refused sandbox test it once together, and each is refused", async () => {
  let tests = 0;
  const author = async () => {
    tests += 1;
    return { name: "Ann", email: "ann@example.com" };
  };
  const { run, sandbox } = openSandbox("auto", { author, productFolder: "/usr/bin" });
  await sandbox.ready();
  const perTest = tests;
  const outcomes = await Promise.allSettled([run("true"), run("true"), run("true")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(tests).toBe(2 * perTest);
});

test("a self-test that cannot be made leaves commands refused, and the next command makes it", async () => {
  let isBroken = true;
  const author = async () => {
    if (isBroken) throw Object.assign(new Error("There is no room."), { code: "ENOSPC" });
    return { name: "Ann", email: "ann@example.com" };
  };
  const { run, sandbox } = openSandbox("auto", { author });
  expect(await sandbox.ready()).toMatchObject({
    state: "refused",
    reason: expect.stringContaining("no room"),
  });
  await expect(run("true")).rejects.toMatchObject({ code: "ENOSPC" });
  isBroken = false;
  expect((await run("echo ran")).output).toBe("ran\n");
  expect(sandbox.report().state).toBe("on");
});

test("a connection to the proxy may end its own side first", async () => {
  const handle = (connection: Duplex) => void connection.on("end", () => connection.end("answered")).resume();
  const { run } = openSandbox("auto", { proxy: { handle, endWorkspace: () => {} } });
  const halfClose = `perl -MIO::Socket::INET -e 'my $c = IO::Socket::INET->new("127.0.0.1:3128") or exit 1; print $c "x"; shutdown($c, 1); print <$c>'`;
  expect((await run(halfClose)).output).toBe("answered");
});
