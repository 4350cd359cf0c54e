import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  environment,
  root,
  startServerProcess,
  type ServerProcess,
} from "../../support/server/server-process.ts";
import { limitMs } from "../../support/time/limit.ts";
import { until } from "../../support/until.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

test("a second server on the same data folder is refused, and the first one notices nothing", async () => {
  const before = readFileSync(join(server.dataDir, "server.json"), "utf8");
  const { code, out, err } = await start(server.folder);
  expect(code).toBe(1);
  expect(err.trim()).toBe(
    `A server is already running on ${server.dataDir}, at ${server.url}. Use that server, stop it first, ` +
      "or set TALKCODY_DATA_DIR to another folder for a second server.",
  );
  expect(out).toBe("");
  expect(readFileSync(join(server.dataDir, "server.json"), "utf8")).toBe(before);
  expect((await server.call("getServer")).status).toBe(200);
});

test("what a killed server left behind does not keep the next one from starting", async () => {
  await server.end("SIGKILL");
  expect(existsSync(join(server.dataDir, "server.lock"))).toBe(true);
  await server.start();
  expect((await server.call("getServer")).status).toBe(200);
});

test("a start that fails says one sentence with what to do, and no stack", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await until("the port is taken", () => taken.listening);
  const port = String((taken.address() as AddressInfo).port);
  const folder = freshFolder();
  writeFileSync(join(folder, "file"), "");
  const cases: [Record<string, string>, string[]][] = [
    [{ PORT: port }, [`Port ${port} of 127.0.0.1 is in use.`, "set PORT"]],
    [{ HOST: "192.0.2.1" }, ["not an address of this machine", "127.0.0.1"]],
    [{ TALKCODY_DATA_DIR: join(folder, "file") }, [join(folder, "file"), "a file is in its place"]],
    [{ TALKCODY_WORKSPACES_DIR: join(folder, "file/x") }, ["set TALKCODY_WORKSPACES_DIR"]],
    [{ PORT: "x", TALKCODY_MODEL: "y" }, ["PORT should be", "TALKCODY_MODEL should be"]],
    [{ OPENAI_BASE_URL: "https://user:canary@host/v1" }, ["OPENAI_BASE_URL should be"]],
    [{ TALKCODY_REPLICA_URL: "s3://user:canary@bucket/x" }, ["TALKCODY_REPLICA_URL should be"]],
  ];
  for (const [env, told] of cases) {
    const { code, out, err } = await start(folder, env);
    expect([code, out], JSON.stringify(env)).toEqual([1, ""]);
    for (const part of told) expect(err).toContain(part);
    expect(err.replaceAll(/[A-Z]+_[A-Z_]+/g, "")).not.toMatch(/^\s+at |Error:|E[A-Z]{4,}|canary/m);
  }
});

test.each([
  [{ HOST: "0.0.0.0" }, 1],
  [{ HOST: "0.0.0.0", TALKCODY_PROXY_ADDRESS_HEADER: "X-Forwarded-For" }, 0],
  [{ HOST: "localhost" }, 0],
] as const)("a start with %j warns %d times of what others could read", async (env, count) => {
  const open = await startServerProcess({ env });
  onTestFinished(() => open.stop());
  await until("it says where it is", () => open.said().includes("is listening on"));
  const warnings = open.said().match(/Warning: HOST is 0\.0\.0\.0, so other machines can reach/g) ?? [];
  expect(warnings).toHaveLength(count);
});

test("Ctrl-C on npm start, which reaches the server twice, is one clean stop with 0", async () => {
  const folder = freshFolder();
  const env = environment(folder);
  const child = spawn("npm", ["start"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await until("it says where it is", () => said.includes("is listening on http://127.0.0.1:"), {
    seen: () => said,
  });
  process.kill(-(child.pid ?? 0), "SIGINT"); // As a terminal does: to npm and to the server.
  expect(await ended).toBe(0);
  expect(said).toContain("Stopping");
  expect(existsSync(join(env["TALKCODY_DATA_DIR"] ?? "", "server.json"))).toBe(false);
});

/** Runs the program to its end. */
async function start(folder: string, env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [join(root, "app/start.mjs")], {
    cwd: root,
    env: { ...environment(folder), ...env },
    extendEnv: false,
    stdin: "ignore",
    stripFinalNewline: false,
    timeout: 2 * limitMs,
    reject: false,
  });
  return { code: exitCode, out: stdout, err: stderr };
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-start-"));
  mkdirSync(join(folder, "home"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
