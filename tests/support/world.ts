import { join } from "node:path";
import { builtInAgentId } from "../../lib/agent.ts";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { exampleFromContract } from "../contract/examples.ts";
import { converse, createSession } from "./conversation.ts";
import { asks, scriptModel } from "./models/script.ts";
import type { CallOptions, TestServer } from "./server/server.ts";
import { pendingAction } from "./until.ts";
import { cloned, prepared, scratch } from "./workspaces.ts";

/** Things of every kind, made anew each time one is asked for, so that tests may use them up. */
export function createWorld(server: TestServer) {
  const session = async () => (await createSession(server, { model: "echo@scripted" })).id;
  const file = async () => (await server.call("uploadFile", { body: "some text" })).body.id;
  const agent = async () =>
    (await server.call("createAgent", { body: { name: "A", systemPrompt: "S" } })).body.id;
  const waiting = async () => {
    const { sessionId, taskId } = await converse(server, [asks()]);
    return { sessionId, taskId, actionId: (await pendingAction(server, sessionId)).id };
  };
  const failedClone = async () => {
    const body = { repository: join(server.folder, "nowhere") };
    const { id } = (await server.call("createWorkspace", { body })).body;
    await prepared(server, id);
    return id;
  };
  const clone = async () => (await cloned(server)).workspaceId;
  const scratchFolder = async () => (await scratch(server)).workspaceId;
  const ids = {
    SessionId: session,
    TaskId: async () => (await waiting()).taskId,
    FileId: file,
    WorkspaceId: scratchFolder,
    AgentId: agent,
  };
  return { server, ids, session, file, agent, waiting, failedClone, clone, scratchFolder };
}

export type World = ReturnType<typeof createWorld>;

/** Requests that succeed where the contract alone cannot tell one. */
const special: Partial<Record<OperationId, (world: World) => Promise<CallOptions>>> = {
  listSessions: async () => ({ query: { limit: 10, archived: false } }),
  createSession: async () => ({ body: { title: "Example", model: scriptModel, settings: { stepsMax: 5 } } }),
  updateSession: async ({ session }) => ({
    params: { sessionId: await session() },
    body: { title: "Changed" },
  }),
  sendMessage: async ({ session }) => ({
    params: { sessionId: await session() },
    body: { content: "Hello" },
  }),
  createAction: async ({ waiting }) => {
    const { sessionId, actionId } = await waiting();
    return { params: { sessionId }, body: { type: "reject", actionId } };
  },
  listSessionActions: async ({ waiting }) => ({ params: { sessionId: (await waiting()).sessionId } }),
  listTasks: async () => ({ query: { limit: 10, state: "completed" } }),
  updateTask: async ({ waiting }) => ({
    params: { taskId: (await waiting()).taskId },
    body: { settings: { stepsMax: 7 } },
  }),
  uploadFile: async () => ({ query: { filename: "a.txt" }, body: "some text" }),
  createWorkspace: async () => ({ body: {} }),
  deleteWorkspace: async ({ scratchFolder }) => ({
    params: { workspaceId: await scratchFolder() },
    query: { force: true },
  }),
  syncWorkspace: async ({ clone }) => ({ params: { workspaceId: await clone() } }),
  getWorkspaceStatus: async ({ clone }) => ({ params: { workspaceId: await clone() } }),
  getWorkspaceDiff: async ({ clone }) => ({
    params: { workspaceId: await clone() },
    query: { path: "README.md" },
  }),
  getWorkspaceTree: async ({ clone }) => ({ params: { workspaceId: await clone() }, query: { depth: 2 } }),
  getWorkspaceContent: async ({ clone }) => ({
    params: { workspaceId: await clone() },
    query: { path: "README.md" },
  }),
  runTool: async ({ session }) => ({
    params: { sessionId: await session(), toolName: "listFiles" },
    body: { input: { directory_path: "." } },
  }),
  getAgent: async () => ({ params: { agentId: builtInAgentId } }),
  updateAgent: async ({ agent }) => ({ params: { agentId: await agent() }, body: { name: "B" } }),
  updateSettings: async () => ({ body: { settings: { reasoningEffort: "low" } } }),
};

/** For each operation a request that succeeds. A new one has its example from the contract. */
export const examples = Object.fromEntries(
  (Object.keys(routes) as OperationId[]).map((operationId) => [
    operationId,
    special[operationId] ?? ((world: World) => exampleFromContract(operationId, world)),
  ]),
) as Record<OperationId, (world: World) => Promise<CallOptions>>;
