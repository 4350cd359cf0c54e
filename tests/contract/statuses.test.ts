import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { builtInAgentId } from "../../lib/agent.ts";
import { databaseNames } from "../../lib/database-name.ts";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { createSession } from "../support/conversation.ts";
import { unknownId } from "../support/claims.ts";
import { documentedResponses } from "../support/contract.ts";
import { unknownIds } from "./examples.ts";
import type { CallOptions } from "../support/server/server.ts";
import { openTestSocket } from "../support/clients/socket.ts";
import { useTestServer } from "../support/server/use-server.ts";
import { createWorld, examples, type World } from "../support/world.ts";
import { scratch } from "../support/workspaces.ts";

// Every status that the contract documents is provoked here, or named below with the reason why it is not.
const server = useTestServer({ env: { TALKCODY_FILE_BYTES_MAX: "1000000", TALKCODY_LOG_LEVEL: "silent" } });
const world: World = createWorld(server);
const operations = Object.keys(routes) as OperationId[];

/** `status`, `status METHOD` or `status operationId`. */
const notProvoked: Record<string, string> = {
  "500": "a fault of the server: none is known, and what is found becomes a test of its own",
  "501": "only a function says it: tests/functions",
  "507": "a full disk: the storage tests fill one",
  "503 GET": "reading goes on while another process holds the write lock; only a stopping server says it",
};

type Provoke = (operationId: OperationId) => Promise<CallOptions>;
const example: Provoke = (operationId) => examples[operationId](world);
const withHeaders =
  (headers: Record<string, string>): Provoke =>
  async (operationId) => {
    const request = await example(operationId);
    return { ...request, headers: { ...request.headers, ...headers } };
  };

/** What provokes a status of any operation. */
const anywhere: Record<string, Provoke> = {
  "400": async (operationId) => ({ ...(await example(operationId)), query: { unknown: "1" } }),
  "401": async (operationId) => ({ ...(await example(operationId)), key: null }),
  "403": withHeaders({ origin: "https://evil.example" }),
  "404": async (operationId) => {
    const request = await example(operationId);
    return { ...request, params: { ...request.params, ...unknownIds(operationId) } };
  },
  "413": async (operationId) => {
    const body = JSON.stringify({ title: "x".repeat(5 * 1024 * 1024) });
    return { ...(await example(operationId)), body, headers: { "content-type": "application/json" } };
  },
  "415": async (operationId) => ({
    ...(await example(operationId)),
    body: "x",
    headers: { "content-type": "text/plain" },
  }),
  "421": withHeaders({ host: "evil.example" }),
  "422": async (operationId) => {
    const headers = { "Idempotency-Key": `reused-${operationId}` };
    await server.call("createAgent", { body: { name: "Other", systemPrompt: "S" }, headers });
    return { ...(await example(operationId)), headers };
  },
  "429": async (operationId) => {
    const request = await example(operationId);
    await wrongKeys();
    return { ...request, key: wrongKey };
  },
};

const wrongKey = "wrong-key-0123456789";

/** So many wrong keys that the next one is refused too, however slow this machine is. */
async function wrongKeys(): Promise<void> {
  for (let waitSeconds = 0; waitSeconds < 30;) {
    const { headers } = await server.call("getServer", { key: wrongKey });
    waitSeconds = Number(headers["retry-after"] ?? 0);
  }
}

/** What provokes a status of one operation. */
const here: Partial<Record<OperationId, Record<string, () => Promise<CallOptions>>>> = {
  createSession: {
    "404": async () => ({ body: { agentId: unknownId("agt") } }),
    "409": async () => ({ body: { model: "any@nowhere" } }),
  },
  updateSession: {
    "409": async () => ({ params: { sessionId: await world.session() }, body: { model: "any@nowhere" } }),
  },
  deleteSession: { "409": async () => ({ params: { sessionId: (await world.waiting()).sessionId } }) },
  sendMessage: {
    "409": async () => {
      const { body } = await server.call("createSession", { body: {} });
      return { params: { sessionId: body.id }, body: { content: "x" } };
    },
    "429": async () => {
      const { sessionId } = await world.waiting();
      const request = { params: { sessionId }, body: { content: "x" } };
      for (let count = 0; count < 32; count++) await server.call("sendMessage", request);
      return request;
    },
  },
  createAction: {
    "409": async () => ({ params: { sessionId: await world.session() }, body: { type: "cancel" } }),
  },
  updateTask: {
    "409": async () => {
      const { sessionId, taskId } = await world.waiting();
      await server.call("createAction", { params: { sessionId }, body: { type: "cancel" } });
      return { params: { taskId }, body: { state: "cancelled" } };
    },
  },
  uploadFile: { "413": async () => ({ body: Buffer.alloc(1_000_001) }) },
  deleteFile: {
    "409": async () => {
      const fileId = await world.file();
      const params = { sessionId: await world.session() };
      await server.call("sendMessage", { params, body: { content: "x", fileIds: [fileId] } });
      return { params: { fileId } };
    },
  },
  getFileContent: {
    "206": () => withHeaders({ range: "bytes=0-1" })("getFileContent"),
    "304": () => withHeaders({ "if-none-match": "*" })("getFileContent"),
    "416": () => withHeaders({ range: "bytes=100-" })("getFileContent"),
  },
  deleteWorkspace: {
    "409": async () => {
      const workspaceId = await world.scratchFolder();
      await createSession(server, { workspaceId });
      return { params: { workspaceId } };
    },
  },
  syncWorkspace: { "409": async () => ({ params: { workspaceId: await world.failedClone() } }) },
  getWorkspaceContent: {
    "413": async () => {
      const { workspaceId, folder } = await scratch(server);
      writeFileSync(join(folder, "large"), Buffer.alloc(10 * 1024 * 1024 + 1));
      return { params: { workspaceId }, query: { path: "large" } };
    },
    "409": async () => ({ params: { workspaceId: await world.failedClone() }, query: { path: "a" } }),
  },
  ...Object.fromEntries(
    (["getWorkspaceStatus", "getWorkspaceDiff", "getWorkspaceTree"] as const).map((operationId) => [
      operationId,
      { "409": async () => ({ params: { workspaceId: await world.failedClone() } }) },
    ]),
  ),
  runTool: {
    "409": async () => ({
      params: { sessionId: (await world.waiting()).sessionId, toolName: "listFiles" },
      body: { input: { directory_path: "." } },
    }),
    "202": async () => ({
      params: { sessionId: await world.session(), toolName: "bash" },
      body: { input: { command: "true" } },
    }),
  },
  updateAgent: { "409": async () => ({ params: { agentId: builtInAgentId }, body: { name: "B" } }) },
  deleteAgent: { "409": async () => ({ params: { agentId: builtInAgentId } }) },
  openWebSocket: { "426": async () => ({}) },
};

describe.each(operations)("%s", (operationId) => {
  for (const status of Object.keys(documentedResponses(operationId))) {
    if (reasonAgainst(operationId, status) !== undefined) continue;
    test(`answers ${status}`, () => expectStatus(operationId, status));
  }
});

test("every reason is needed", () => {
  const used = operations.flatMap((operationId) =>
    Object.keys(documentedResponses(operationId)).flatMap(
      (status) => reasonAgainst(operationId, status) ?? [],
    ),
  );
  expect([...new Set(used)].sort()).toEqual(Object.values(notProvoked).sort());
});

async function expectStatus(operationId: OperationId, status: string): Promise<void> {
  if (status === "101") return expectSocket();
  const provoke = here[operationId]?.[status] ?? (/^2|503/.test(status) ? example : anywhere[status]);
  if (provoke === undefined)
    throw new Error(`Nothing provokes ${status} of ${operationId}: add it above, or its reason.`);
  const request = await provoke(operationId);
  const answer =
    status === "503"
      ? await whileLocked(() => server.call(operationId, request))
      : await server.call(operationId, request);
  expect(answer.status, answer.bytes.toString()).toBe(Number(status));
}

async function expectSocket(): Promise<void> {
  const socket = await openTestSocket(server);
  expect(await socket.ask({ type: "ping", id: "1" })).toMatchObject({ type: "pong" });
  socket.close();
}

function reasonAgainst(operationId: OperationId, status: string): string | undefined {
  const { method } = routes[operationId];
  return notProvoked[status] ?? notProvoked[`${status} ${method}`] ?? notProvoked[`${status} ${operationId}`];
}

async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  const others = databaseNames.map((name) => new Sqlite(join(server.dataDir, `${name}.db`)));
  for (const other of others) other.exec("BEGIN IMMEDIATE");
  try {
    return await work();
  } finally {
    for (const other of others) other.close();
  }
}
