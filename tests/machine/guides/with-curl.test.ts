import { spawnSync, type StdioOptions } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startInstance } from "../../support/function/instance.ts";
import {
  environment,
  root,
  startServerProcess,
  type ServerProcess,
} from "../../support/server/server-process.ts";
import { blocksOf } from "../../support/guides/blocks.ts";
import { testKey } from "../../support/server/server.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({ env: { TALKCODY_MODEL: "echo@scripted" } });
  writeFileSync(join(server.dataDir, "api-key"), server.key); // Where the guides find it.
});
afterAll(() => server.stop());

test("the guide to the API works as it stands, word by word", async () => {
  const blocks = [
    ...blocksOf("docs/guides/use-the-api.md", "sh"),
    ...blocksOf("docs/guides/add-a-model.md", "sh"),
  ];
  const script = blocks
    .map(({ text }) => text)
    .join("\n")
    .replace(/^curl -sN .*$/m, "$& --max-time 5 || true");
  const { TALKCODY_API_KEY: _key, ...env } = environment(server.folder);
  const { stdout: out, stderr: err } = shell(`ACTION=none\n${script}\ntrue`, {
    ...env,
    TMPDIR: server.folder,
  });
  expect(err).toBe("");
  expect(out).toMatch(/^event: snapshot\ndata: \{/m);
  expect(out).toMatch(/^event: message.final\ndata: .*"role":"assistant".*"text":"Hello"/m);
  expect(out).toContain('{"items":[{"id":"evt_0001_0000000001"');
  expect(out).toContain('{"items":[],"nextCursor":null}');
  expect(readFileSync(join(server.folder, "contract.json"), "utf8")).toMatch(/^\{"openapi":"3[.]1/);
  expect(out).toContain('"model":"llama-3.3-70b-versatile@groq"');
  expect(out).not.toContain("gsk_example");
  const codes = [...out.matchAll(/"code":"([a-z-]+)"/g)].map(([, code]) => code);
  expect(codes, "only the decision, which nothing waits for, is refused").toEqual(["invalid-request"]);
  await server.call("updateSettings", { body: { settings: { model: null } } });
});

test("the requests of the guide to functions are answered as it says", async () => {
  const other = await startServerProcess();
  onTestFinished(() => other.stop());
  await other.end("SIGTERM");
  const instance = await startInstance(other.folder);
  onTestFinished(() => instance.stop());
  const script = blocksOf("docs/guides/functions.md", "sh").at(-1)?.text ?? ""; // The others need AWS.
  const answers = [];
  for (const line of script.trim().split("\n")) {
    const env = { ...environment(other.folder), TALKCODY_API_KEY: testKey, FUNCTION_URL: instance.url };
    answers.push(JSON.parse(shell(line, env).stdout) as unknown);
  }
  expect(answers).toEqual([
    { items: [], nextCursor: null },
    expect.objectContaining({ code: "always-on-only" }),
  ]);
});

function shell(script: string, env: Record<string, string>) {
  const stdio: StdioOptions = ["ignore", "pipe", "pipe"]; // With a pipe for its input bash reads the profile.
  return spawnSync("bash", ["-euc", script], { env, cwd: root, stdio, encoding: "utf8" });
}
