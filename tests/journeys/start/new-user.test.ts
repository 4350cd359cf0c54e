import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { createCaller } from "../../support/clients/caller.ts";
import { createSession } from "../../support/conversation.ts";
import { environment, freePort, root, startServerProcess } from "../../support/server/server-process.ts";
import { limitMs } from "../../support/time/limit.ts";
import { until } from "../../support/until.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "talkcody-new-user-"));
  mkdirSync(join(folder, "home"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

test("the README says what is done here", () => {
  const blocks = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/```sh\n([\s\S]*?)```/g)];
  const lines = blocks.flatMap(([, block = ""]) => block.split("\n"));
  for (const command of ["npm ci && npm start", "npm run demo", "npx --no-install talkcody run --repo"])
    expect(
      lines.some((line) => line.startsWith(command)),
      command,
    ).toBe(true);
});

test("npm start says where it is and how to get the key, and the client finds it by itself", async () => {
  const started = run(["npm", "start"], { TALKCODY_API_KEY: "" });
  await until("it has greeted", () => started.said().includes("API key"), {
    seen: started.said,
  });
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(started.said())?.[0] ?? "";
  const command = /API key +(cat .*)/.exec(started.said())?.[1] ?? "";
  const key = (await run(["sh", "-c", command]).ended).said.trim();
  expect((await fetch(`${url}/v1/server`, { headers: { "x-api-key": key } })).status).toBe(200);
  expect((await fetch(`${url}/v1/server`)).status).toBe(401);

  const list = await run(["npx", "--no-install", "talkcody", "ls"], { TALKCODY_API_KEY: "" }).ended;
  expect(list).toMatchObject({ code: 0 });
  const wrong = { TALKCODY_URL: url, TALKCODY_API_KEY: "wrong-key-0123456789" };
  const refused = await run(["npx", "--no-install", "talkcody", "ls"], wrong).ended;
  expect(refused.code).toBe(1);
  expect(refused.said).toMatch(/key/i);
  expect(refused.said).toContain("TALKCODY_API_KEY");
  expect(refused.said).not.toMatch(/wrong-key|\bat .*\.ts:/);

  started.interrupt();
  expect(await started.ended).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, "data/server.json"))).toBe(false);
  const none = await run(["npx", "--no-install", "talkcody", "ls"], { TALKCODY_API_KEY: "" }).ended;
  expect(none).toMatchObject({ code: 1, said: expect.stringContaining("npm start") });
});

test("a command under npm start finds the programs of the user, and none of the product", async () => {
  const started = run(["npm", "start"]);
  await until("it has greeted", () => started.said().includes("API key"), { seen: started.said });
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(started.said())?.[0] ?? "";
  const server = createCaller(() => url);
  const { id: sessionId } = await createSession(server, { settings: { autoApproveCommands: true } });
  const command = 'command -v vitest oxlint depcruise; env | grep -i npm_; command -v git; echo "$PATH"';
  const { body } = await server.call("runTool", {
    params: { sessionId, toolName: "bash" },
    body: { input: { command } },
  });
  expect(body.output).toMatchObject({ output: expect.stringMatching(/^\/\S+\/git\n\S+\n$/) as string });
  expect(JSON.stringify(body.output)).not.toContain(root);
  expect(JSON.stringify(body.output)).not.toContain("node-gyp-bin");
  started.interrupt();
  await started.ended;
});

test("every mistake of the environment is named at once, in words, and no key is printed", async () => {
  const mistakes = {
    PORT: "http",
    TALKCODY_API_KEY: "too-short",
    TALKCODY_LOG_LEVEL: "loud",
    TALKCODY_DATA_DIR: "here",
  };
  const { code, said } = await run(["node", "app/start.mjs"], mistakes).ended;
  expect(code).toBe(1);
  for (const name of Object.keys(mistakes)) expect(said).toContain(name);
  expect(said).not.toMatch(/too-short|\bat .*\.ts:/);
});

test("a port that is taken, and a second server on the same data, are refused with what to do", async () => {
  const first = await startServerProcess({ folder });
  onTestFinished(() => first.stop());
  const second = await run(["node", "app/start.mjs"]).ended;
  expect(second.code).toBe(1);
  expect(second.said).toContain(first.dataDir);
  expect(second.said).toContain("TALKCODY_DATA_DIR");
  const elsewhere = { TALKCODY_DATA_DIR: join(folder, "other"), PORT: new URL(first.url).port };
  const third = await run(["node", "app/start.mjs"], elsewhere).ended;
  expect(third.code).toBe(1);
  expect(third.said).toContain("PORT");
  for (const { said } of [second, third]) expect(said).not.toMatch(/\bat .*\.ts:/);
  expect((await first.call("getServer")).status).toBe(200);
  expect(JSON.parse(readFileSync(join(first.dataDir, "server.json"), "utf8"))).toMatchObject({
    url: first.url,
  });

  await first.end("SIGKILL");
  await first.start(); // The lock of a server that was killed is gone with it.
  expect((await first.call("getServer")).status).toBe(200);
});

test("npm run demo ends green, on the real server", async () => {
  const demo = await run(["npm", "run", "demo"], { PORT: String(await freePort()) }).ended;
  expect(demo.said).toContain("red → green");
  expect(demo.said).toContain("+  return a + b;");
  expect(demo.code).toBe(0);
});

interface Run {
  said(): string;
  /** Ctrl-C, as the terminal sends it: to everyone in the foreground. */
  interrupt(): void;
  ended: Promise<{ code: number | null; said: string }>;
}

/** As in a terminal in the checkout, with nothing of this machine's person; ended when it hangs. */
function run([file = "", ...args]: string[], env: Record<string, string> = {}): Run {
  const own = { ...environment(folder), npm_config_update_notifier: "false", NO_COLOR: "1" };
  const child = spawn(file, args, {
    cwd: root,
    env: { ...own, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, name);
  };
  const timer = setTimeout(() => signal("SIGKILL"), 2 * limitMs);
  let said = "";
  const keep = (bytes: Buffer) => void (said += bytes.toString());
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<{ code: number | null; said: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, said });
    });
  });
  return { said: () => said, interrupt: () => signal("SIGINT"), ended };
}
