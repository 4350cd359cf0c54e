import { mkdtempSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DemoServer } from "../../../scripts/demo/server.ts";
import { startServer } from "../../../scripts/demo/server.ts";

const bin = join(import.meta.dirname, "../bin/talkcody.mjs");
const folder = mkdtempSync(join(tmpdir(), "cli-variables-"));
let server: DemoServer;
beforeAll(async () => {
  server = await startServer(join(folder, "data"));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command with this text as its standard input. */
async function variables(
  args: string[],
  input = "",
): Promise<{ code: number | null; out: string; err: string }> {
  const { TALKCODY_URL: _url, TALKCODY_API_KEY: _key, ...rest } = process.env;
  const env = { ...rest, FORCE_COLOR: "0", TALKCODY_DATA_DIR: join(folder, "data") };
  const child = spawn(process.execPath, [bin, "variables", ...args], { env, stdio: "pipe" });
  let [out, err] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

test("variables are set, shown, passed and removed; a secret comes from standard input and is not shown", async () => {
  expect((await variables([])).out).toContain("No variables");
  const set = await variables(["set", "DEPLOY_TOKEN"], "a-secret-of-mine-1234\n");
  expect(set).toMatchObject({ code: 0, err: "" });
  await variables(["set", "STAGE", "--plain", "test"]);
  await variables(["pass", "LANG"]);
  const { out } = await variables([]);
  expect(out).toMatch(/DEPLOY_TOKEN +secret, ends with 1234/);
  expect(out).toMatch(/STAGE +test/);
  expect(out).toMatch(/LANG +passed/);
  expect(out + set.out).not.toContain("a-secret-of-mine");
  expect(JSON.parse((await variables(["--json"])).out)).toMatchObject({
    variables: { STAGE: { value: "test" } },
    passedVariables: ["LANG"],
  });
  await variables(["hide", "LANG"]);
  expect((await variables(["remove", "DEPLOY_TOKEN", "STAGE"])).out).toContain("No variables");
});

test("variables of a workspace are its own", async () => {
  const run = spawnAnswer(["new"]);
  expect((await run).code).toBe(0);
  const set = await variables(["--workspace", "wsp_", "set", "ONE", "--plain", "1"]);
  expect(set.out).toMatch(/ONE +1/);
  expect((await variables([])).out).toContain("No variables");
  expect((await variables(["-w", "wsp_"])).out).toMatch(/ONE +1/);
  expect(await variables(["-w", "wsp_", "pass", "LANG"])).toMatchObject({ code: 2 });
});

async function spawnAnswer(args: string[]) {
  const env = { ...process.env, FORCE_COLOR: "0", TALKCODY_DATA_DIR: join(folder, "data") };
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: "ignore" });
  return { code: await new Promise<number | null>((resolve) => child.once("close", resolve)) };
}

test.each([
  [["set"], 2, /Name the variable/],
  [["set", "TOKEN", "in-the-arguments"], 2, /not given as an argument/],
  [["forget", "TOKEN"], 2, /say set, remove, pass or hide/],
  [["remove", "X", "--plain", "y"], 2, /--plain belongs to set/],
  [["set", "PATH", "--plain", "/bin"], 1, /PATH changes how programs are started/],
  [["set", "SHORT"], 1, /at least 8 characters/],
  [["pass", "TALKCODY_API_KEY"], 1, /secret of the server/],
])("variables %j is refused", async (args, code, words) => {
  const refused = await variables(args, "short");
  expect(refused.err).toMatch(words);
  expect(refused.code).toBe(code);
});
