import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { expectProblem } from "../../support/claims.ts";
import { converse, messagesOf, toolResults } from "../../support/conversation.ts";
import { startModelServer, type ModelServer } from "../../support/models/model-server.ts";
import { calls } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { eventsOf, taskEnded, taskIn } from "../../support/until.ts";

const canaries = {
  stored: "sk-stored-canary-6f1c9a27d3",
  environment: "sk-environment-canary-90b2e4c1",
  api: "api-canary-key-57d0c3b8a9e1f2",
  unrelated: "another-secret-of-the-shell-31",
  wrong: "wrong-canary-key-8d2f7c6b5a40",
};
const all = Object.values(canaries);

let server: ServerProcess;
let model: ModelServer;
beforeAll(async () => {
  model = await startModelServer();
  const env = {
    TALKCODY_LOG_LEVEL: "debug",
    TALKCODY_API_KEY: canaries.api,
    ANTHROPIC_API_KEY: canaries.environment,
    ANTHROPIC_BASE_URL: model.url,
    AWS_SECRET_ACCESS_KEY: canaries.unrelated,
  };
  server = await startServerProcess({ env });
});
afterAll(async () => {
  await server.stop();
  await model.close();
});

test("no secret is ever said: not in answers, events, logs, commands, nor in a file but its own", async () => {
  const { stored: apiKey } = canaries;
  const provider = { type: "openai-compatible" as const, baseUrl: `${model.url}/v1`, apiKey };
  const said: string[] = [];
  const keep = <T extends { bytes: Buffer }>(answer: T): T => {
    said.push(answer.bytes.toString());
    return answer;
  };
  keep(await server.call("updateSettings", { body: { providers: { mine: provider } } }));
  const blank = { providers: { mine: { ...provider, apiKey: `${apiKey} with a blank` } } };
  expectProblem(keep(await server.call("updateSettings", { body: blank })), "invalid-request");
  expectProblem(keep(await server.call("getServer", { key: canaries.wrong })), "unauthorized");
  expectProblem(
    keep(await server.call("getServer", { key: null, query: { key: canaries.api } })),
    "unauthorized",
  );
  for (const operation of ["getSettings", "listModels", "getServer"] as const)
    keep(await server.call(operation));

  // A provider that says the key back, as some do.
  const echo = { status: 401, body: { error: { message: `Incorrect API key provided: ${apiKey}.` } } };
  model.answer(echo, {
    ...echo,
    body: { type: "error", error: { type: "authentication_error", message: `No: ${canaries.environment}` } },
  });
  for (const name of ["test-model@mine", "test-model@anthropic"]) {
    const created = await server.call("createSession", { body: { model: name, message: { content: "Hi" } } });
    const task = await taskEnded(server, created.body.activeTask?.id ?? "");
    expect(task).toMatchObject({ state: "failed", error: { code: "model-refused" } });
  }
  expect(model.requests.some(({ headers }) => headers.authorization?.includes(apiKey))).toBe(true);
  expect(model.requests.some(({ headers }) => headers["x-api-key"] === canaries.environment)).toBe(true);

  for (const { id } of (await server.call("listSessions")).body.items)
    said.push(JSON.stringify([await messagesOf(server, id), await eventsOf(server, id)]));
  said.push(JSON.stringify((await server.call("listTasks")).body));
  for (const secret of all) expect(said.join("\n")).not.toContain(secret);
  for (const secret of all) expect(server.said()).not.toContain(secret);
  expect(server.said()).toMatch(/"level":20/); // It did log, down to debug.
  expect(filesWith(canaries.stored)).toEqual(["settings.db"]);
  for (const secret of [canaries.api, canaries.environment, canaries.wrong])
    expect(filesWith(secret)).toEqual([]);
  for (const name of readdirSync(server.dataDir)) expect([name, modeOf(name) & 0o077]).toEqual([name, 0]);
});

test("a command sees no secret: neither in its environment nor in that of any process", async () => {
  const commands = [
    "env",
    "cat /proc/*/environ | tr '\\0' '\\n'; true",
    "cat /proc/*/cmdline | tr '\\0' '\\n'; true",
    `cat ${server.dataDir}/api-key ${server.dataDir}/*.db* ${server.dataDir}/server.json; ls ${server.dataDir}; true`,
  ];
  const talk = await converse(
    server,
    commands.map((command) => calls("bash", { command })),
    {
      settings: { autoApproveCommands: true },
    },
  );
  await taskIn(server, talk.taskId, "completed");
  const results = await toolResults(server, talk.sessionId);
  expect(results.map(({ isError }) => isError)).toEqual([false, false, false, false]);
  expect(JSON.stringify(results[0])).toContain("PATH=");
  const { processIsolation } = (await server.call("getServer")).body.capabilities;
  // Without namespaces a command can look at what its user may look at; the guide says so.
  const bound = processIsolation ? results : results.slice(0, 1);
  for (const secret of all) expect(JSON.stringify(bound)).not.toContain(secret);
});

test("a server without a key makes one for its owner alone, and never prints it", async () => {
  const fresh = await startServerProcess({ env: { TALKCODY_API_KEY: "", TALKCODY_LOG_LEVEL: "debug" } });
  onTestFinished(() => fresh.stop());
  const key = readFileSync(join(fresh.dataDir, "api-key"), "utf8").trim();
  expect(Buffer.from(key, "base64url")).toHaveLength(32);
  expect(statSync(join(fresh.dataDir, "api-key")).mode & 0o777).toBe(0o600);
  expect((await fresh.call("getServer", { key })).status).toBe(200);
  expectProblem(await fresh.call("getServer"), "unauthorized");
  expect(fresh.said()).toContain("api-key");
  expect(fresh.said()).not.toContain(key);
  expect(readFileSync(join(fresh.dataDir, "server.json"), "utf8")).not.toContain(key);
});

/** Files of the data folder that hold the text; a database together with its log. */
function filesWith(text: string): string[] {
  const names = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
    .map((path) => path.slice(server.dataDir.length + 1).replace(/-(wal|shm)$/, ""));
  return [...new Set(names)];
}

function modeOf(name: string): number {
  return statSync(join(server.dataDir, name)).mode;
}
