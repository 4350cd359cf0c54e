import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSocket } from "../../../packages/shared/src/index.ts";
import { createSession, decide, toolResults } from "../../support/conversation.ts";
import { startModelServer, type ModelServer } from "../../support/models/model-server.ts";
import { textStream, toolCallStream } from "../../support/models/model-streams.ts";
import { madeUp, plantedKeys, plantedPrivateKey } from "../../support/planted-keys.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { eventsOf, eventWhere, pendingAction, taskEnded } from "../../support/until.ts";
import { scratch } from "../../support/workspaces.ts";

const own = {
  api: `own-${madeUp(31, 30)}`,
  environment: `own-${madeUp(32, 30)}`,
  stored: `own-${madeUp(33, 30)}`,
};
const ownSecrets = Object.values(own);
const keys = plantedKeys();
const { pem, middle } = plantedPrivateKey();
const secrets = [...keys.map(({ secret }) => secret), middle, ...ownSecrets];

const files = {
  "keys.txt": ["colour: red", ...keys.map(({ line }) => line), pem, ...ownSecrets, ""].join("\n"),
  "own.txt": `${own.stored} ${own.api}\n`,
  "AGENTS.md": `Use ${keys[2]?.line}\nand ${own.environment}.\n`,
};

let server: ServerProcess;
let model: ModelServer;
beforeAll(async () => {
  model = await startModelServer();
  const env = {
    TALKCODY_LOG_LEVEL: "debug",
    TALKCODY_API_KEY: own.api,
    ANTHROPIC_API_KEY: own.environment,
    ANTHROPIC_BASE_URL: model.url,
  };
  server = await startServerProcess({ env });
  const provider = { type: "openai-compatible", baseUrl: `${model.url}/v1`, apiKey: own.stored } as const;
  await server.call("updateSettings", { body: { providers: { mine: provider } } });
});
afterAll(async () => {
  await server.stop();
  await model.close();
});

const edit = (old_string: string, new_string: string) =>
  ["editFile", { file_path: "keys.txt", edits: [{ old_string, new_string }] }] as const;

const calls: (readonly [name: string, input: unknown])[] = [
  ["bash", { command: "cat keys.txt; cat keys.txt >&2; base64 own.txt; exit 3" }],
  // Many small writes: a secret comes in pieces.
  ["bash", { command: `while IFS= read -r -d '' -n1 c; do printf %s "$c"; done < keys.txt` }],
  ["bash", { command: `grep --color=always -n '[0-9A-Za-z]' keys.txt` }],
  ["readFile", { file_path: "keys.txt" }],
  ["readFile", { file_path: "keys.txt", start_line: keys.length + 6, line_count: 100 }],
  ["codeSearch", { pattern: ".", path: "keys.txt" }],
  ["readFile", { file_path: `no/${own.stored}` }],
  ["bash", { command: `echo ${own.api}` }],
  edit("KEY=[masked: npm token]", "KEY=none"),
  ["writeFile", { file_path: "keys.txt", content: "[masked: npm token]" }],
  edit("colour: red", "colour: blue"),
];

test("keys that tools read and models write are in no event, message, database, log or request", async () => {
  const { workspaceId, folder } = await scratch(server);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const sessionId = await runAll(workspaceId);

  const results = await toolResults(server, sessionId);
  const refused = results.map(({ isError }, index) => (isError ? index : [])).flat();
  expect(refused, "a missing file, and calls with a marker").toEqual([0, 6, 7, 8, 9]);
  expect(JSON.stringify(results[0])).toContain("[masked: github token]");
  expect(JSON.stringify(results[0])).toContain("[masked: key of provider mine]");
  expect(JSON.stringify(results[4]), "from the middle of a private key").toContain("[masked: private key]");
  expect(JSON.stringify(results[7])).toContain("The command was not run");
  expect(JSON.stringify(results[8])).toContain("Nothing was changed");

  const asked = JSON.stringify(model.requests.map(({ body }) => body));
  const said = JSON.stringify([await eventsOf(server, sessionId), results]) + server.said();
  expect(
    secrets.filter((secret) => asked.includes(secret)),
    "sent to the model",
  ).toEqual([]);
  expect(
    secrets.filter((secret) => said.includes(secret)),
    "told",
  ).toEqual([ofPerson]);
  for (const secret of secrets)
    expect(filesWith(secret), "stored").toEqual(expectedFiles(secret, workspaceId));
  const now = readFileSync(join(folder, "keys.txt"), "utf8");
  expect(now === files["keys.txt"].replace("colour: red", "colour: blue"), "its other bytes stay").toBe(true);
});

test("a problem over HTTP or WebSocket shows no secret of the server, and the log neither", async () => {
  const { id: sessionId } = await createSession(server, {});
  const marker = "[masked: api key of this server]";
  const path = { sessionId, toolName: own.api };
  const refused = await server.call("runTool", { params: path, body: { input: {} } });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  const query = await server.call("listSessions", { query: { cursor: own.api } });
  const socket = openSocket(server.client);
  const failed = await socket.sendMessage(own.api, { content: "Hi" }).catch((error: unknown) => error);
  socket.close();
  const said = [refused.bytes.toString(), query.bytes.toString(), String(failed)].join("\n");
  expect(said).toContain(marker);
  expect(said.includes(own.api)).toBe(false);
  expect(server.said()).toContain(marker);
  expect(server.said().includes(own.api)).toBe(false);
});

test("maskSecrets switches the formats off, and never the secrets of the server", async () => {
  const { workspaceId, folder } = await scratch(server);
  writeFileSync(join(folder, "keys.txt"), files["keys.txt"]);
  model.requests.length = 0;
  model.answer({
    events: toolCallStream("openai-chat", {
      calls: [{ id: "c", name: "bash", input: { command: "cat keys.txt" } }],
    }),
  });
  const settings = { autoApproveCommands: true, maskSecrets: false };
  const { id: sessionId } = await createSession(server, { workspaceId, model: "test-model@mine", settings });
  const sent = await server.call("sendMessage", { params: { sessionId }, body: { content: "Look." } });
  await taskEnded(server, sent.body.task.id);
  const asked = JSON.stringify(model.requests.map(({ body }) => body));
  const said = JSON.stringify(await eventsOf(server, sessionId));
  const shown = secrets.filter((secret) => !ownSecrets.includes(secret));
  expect(secrets.filter((secret) => asked.includes(secret))).toEqual(shown);
  expect(secrets.filter((secret) => said.includes(secret))).toEqual(shown);
  expect(filesWith(shown[2] ?? ""), "so the search of the other tests finds what is there").toContain(
    "chat_history.db",
  );
});

test("a kill in the middle of a secret leaves nothing of it, and all that was seen before it", async () => {
  const { workspaceId, folder } = await scratch(server);
  const half = own.stored.slice(0, 20);
  writeFileSync(join(folder, "half.sh"), `echo seen before; printf %s ${half}; sleep 60`);
  model.answer({
    events: toolCallStream("openai-chat", {
      calls: [{ id: "c", name: "bash", input: { command: "sh half.sh" } }],
    }),
  });
  const settings = { autoApproveCommands: true };
  const { id: sessionId } = await createSession(server, { workspaceId, model: "test-model@mine", settings });
  const sent = await server.call("sendMessage", { params: { sessionId }, body: { content: "Look." } });
  await eventWhere(
    server,
    sessionId,
    ({ type, data }) => type === "tool.output" && JSON.stringify(data).includes("seen before"),
  );
  await server.end("SIGKILL");
  expect(filesWith(half).filter((path) => !/[.](txt|sh)$/.test(path))).toEqual(["settings.db"]);
  await server.start();
  await taskEnded(server, sent.body.task.id);
  const [result] = await toolResults(server, sessionId);
  expect(result?.output).toMatchObject({ success: false, output: "seen before\n" });
  expect(filesWith(half).filter((path) => !/[.](txt|sh)$/.test(path))).toEqual(["settings.db"]);
});

/** What a person writes stays as it is, and only the model gets it masked. */
const ofPerson = keys[0]?.secret ?? "";

async function runAll(workspaceId: string): Promise<string> {
  const settings = { autoApproveCommands: true };
  const options = { workspaceId, model: "test-model@mine", settings };
  const { id: sessionId } = await createSession(server, options);
  const asAnswer = ([name, input]: (typeof calls)[number], index: number) => ({
    events: toolCallStream("openai-chat", { calls: [{ id: `call_${index}`, name, input }] }),
    pieceBytes: 7,
  });
  model.answer(...calls.map(asAnswer));
  model.answer({ events: textStream("openai-chat", `They are ${ownSecrets.join(", ")}.`), pieceBytes: 7 });
  const body = { content: `Look at ${keys[0]?.line} for me.` };
  const sent = await server.call("sendMessage", { params: { sessionId }, body });
  const action = await pendingAction(server, sessionId);
  expect(action.preview).toContain("[masked: api key]");
  await decide(server, sessionId, { type: "approve", actionId: action.id });
  expect(await taskEnded(server, sent.body.task.id)).toMatchObject({ state: "completed", error: null });
  return sessionId;
}

/** Where a secret may be: in the file that it was put into, in the settings, and in the message of a person. */
function expectedFiles(secret: string, workspaceId: string): string[] {
  const inFiles = Object.entries(files).flatMap(([name, text]) =>
    text.includes(secret) ? [`workspaces/${workspaceId}/${name}`] : [],
  );
  const inDatabases = [
    ...(secret === ofPerson ? ["chat_history.db"] : []),
    ...(secret === own.stored ? ["settings.db"] : []),
  ];
  return [...inDatabases, ...inFiles].sort();
}

/** Files of the data folder that hold the text; a database together with its log. */
function filesWith(text: string): string[] {
  const names = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
    .map((path) => path.slice(server.dataDir.length + 1).replace(/-(wal|shm)$/, ""));
  return [...new Set(names)].sort();
}
