import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { processesEnd } from "../../support/server/processes.ts";
import { limitMs } from "../../support/time/limit.ts";
import { openHost } from "./host.ts";
import { forever } from "./place.ts";

type Isolation = "auto" | "off";
const both: Isolation[] = ["auto", "off"];

async function run(
  command: string,
  {
    isolation = "auto",
    timeoutMs = limitMs,
    signal = forever,
    onFirstOutput = () => {},
  }: { isolation?: Isolation; timeoutMs?: number; signal?: AbortSignal; onFirstOutput?: () => void } = {},
) {
  const { host, root, dataDir, hosts } = openHost(isolation);
  const heard: string[] = [];
  const result = await host.shell.run({
    command,
    timeoutMs,
    signal,
    onOutput: (stream, text) => {
      if (heard.push(`${stream}:${text}`) === 1) onFirstOutput();
    },
    logPrefix: join(root, ".talkcody/output/t/c"),
  });
  return { ...result, heard, root, dataDir, hosts };
}

/** Cancels a command once it has said that it is ready. */
function cancelledOnceReady(command: string, isolation: Isolation) {
  const ending = new AbortController();
  return run(command, { isolation, signal: ending.signal, onFirstOutput: () => ending.abort() });
}

test.each(both)(
  "a command runs in the workspace, its streams apart, with exit code (%s)",
  async (isolation) => {
    const result = await run('pwd; echo oops >&2; read x; echo "[$x]" "${BASH_VERSION:+bash}"; exit 7', {
      isolation,
    });
    expect(result).toMatchObject({ exitCode: 7, signal: null, ended: null, stderr: "oops\n" });
    expect(result.stdout).toBe(`${isolation === "off" ? result.root : "/workspace"}\n[] bash\n`);
    expect(result.heard.join("")).toContain("stderr:oops");
    expect(readFileSync(join(result.root, ".talkcody/output/t/c.stdout.log"), "utf8")).toBe(result.stdout);
  },
);

test.each(both)("a silent command leaves no log (%s)", async (isolation) => {
  const { exitCode, root } = await run("true", { isolation });
  expect([exitCode, existsSync(join(root, ".talkcody"))]).toEqual([0, false]);
});

test("files a command makes are there afterwards", async () => {
  const { root } = await run("mkdir -p a && echo hi > a/b");
  expect(readFileSync(join(root, "a/b"), "utf8")).toBe("hi\n");
});

test.each(both)("nothing of the server's environment is in a command's (%s)", async (isolation) => {
  process.env["CANARY_KEY"] = "canary-4711";
  const result = await run("env", { isolation });
  delete process.env["CANARY_KEY"];
  expect(result.stdout).toContain("PATH=");
  expect(result.stdout).not.toContain("canary-4711");
});

test("without the sandbox a command reads the environment of the server, so the test above can fail", async () => {
  const server = spawn("sleep", ["60"], { env: { PROVIDER_KEY: "canary-key" }, stdio: "ignore" });
  onTestFinished(() => void server.kill("SIGKILL"));
  const { stdout } = await run(`tr '\\0' '\\n' < /proc/${server.pid}/environ`, { isolation: "off" });
  expect(stdout).toContain("canary-key");
});

test("a command too long for the host is refused in words", async () => {
  await expect(run(`: ${"x".repeat(200_000)}`)).rejects.toMatchObject({ name: "ToolFailure" });
});

const daemons =
  "(setsid sleep 987.1 &) ; nohup sleep 987.2 >/dev/null 2>&1 & (sh -c 'sleep 987.3 & exec sleep 987.4' &)";

test.each(both)("nothing is left after a command that started daemons (%s)", async (isolation) => {
  const { exitCode, ended } = await run(`${daemons}; sleep 0.2; echo done`, { isolation });
  expect({ exitCode, ended }).toEqual({ exitCode: 0, ended: null });
  await expect(processesEnd("sleep 987.")).resolves.toBeUndefined();
});

test.each(both)("a timeout ends a command with all it started (%s)", async (isolation) => {
  const result = await run(`${daemons}; sleep 600`, { isolation, timeoutMs: 400 });
  expect(result).toMatchObject({ ended: "timeout", exitCode: null, signal: "SIGTERM" });
  await expect(processesEnd("sleep 987.")).resolves.toBeUndefined();
});

test.each(both)("cancelling lets a command clean up, and ends one that will not (%s)", async (isolation) => {
  const cleaned = await cancelledOnceReady(
    "trap 'echo cleaned; exit 3' TERM; echo ready; sleep 600 & wait",
    isolation,
  );
  expect(cleaned).toMatchObject({ ended: "cancelled", stdout: "ready\ncleaned\n", exitCode: 3 });
  const killed = await cancelledOnceReady("trap '' TERM; echo ready; while :; do sleep 1; done", isolation);
  expect(killed).toMatchObject({ ended: "cancelled", exitCode: null, signal: "SIGKILL" });
});

test("a flood is ended, its log is bounded, memory keeps head and tail", async () => {
  const result = await run("echo first; yes abcdefghijklmnopqrstuvwxyz", { timeoutMs: 10 * limitMs });
  expect(result.ended).toBe("output-limit");
  expect(result.stdout.startsWith("first\n")).toBe(true);
  expect(result.stdout).toMatch(/characters left out/);
  expect(Buffer.byteLength(result.stdout)).toBeLessThanOrEqual(1024 * 1024);
  expect(statSync(join(result.root, ".talkcody/output/t/c.stdout.log")).size).toBe(64 * 1024 * 1024);
});

test("characters cut between two writes stay whole, escape sequences go, and the log keeps both", async () => {
  const command = String.raw`printf '\xe2\x82'; sleep 0.05; printf '\xac \033[3'; sleep 0.05; printf '1mred\033[0m \033]8;;http://x\033'; sleep 0.05; printf '\\link\a 10%%\r20%%\r\n\xff'`;
  const { stdout, root } = await run(command);
  expect(stdout).toBe("€ red link 10%\n20%\n\ufffd");
  expect(readFileSync(join(root, ".talkcody/output/t/c.stdout.log"), "latin1")).toContain("\u001b[31m");
});

test("a log is never written through a link that leads outside", async () => {
  const { host, root, dataDir } = openHost();
  const { symlinkSync, mkdirSync } = await import("node:fs");
  mkdirSync(join(dataDir, "outside"));
  symlinkSync(join(dataDir, "outside"), join(root, ".talkcody"));
  const options = {
    timeoutMs: limitMs,
    signal: forever,
    onOutput: () => {},
    logPrefix: join(root, ".talkcody/x"),
  };
  await expect(host.shell.run({ command: "echo hi", ...options })).rejects.toMatchObject({
    name: "ToolFailure",
  });
  expect(readdirSync(join(dataDir, "outside"))).toEqual([]);
});
