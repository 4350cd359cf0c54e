import { join } from "node:path";
import { builtInAgentId } from "../../lib/agent.ts";
import type { OperationId } from "../../packages/shared/src/index.ts";
import { converse, createSession } from "./conversation.ts";
import { asks, scriptModel } from "./script.ts";
import type { CallOptions, TestServer } from "./server.ts";
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
  return { session, file, agent, waiting, failedClone, clone, scratchFolder };
}

export type World = ReturnType<typeof createWorld>;

/** For each operation a request that succeeds. */
export const examples: Record<OperationId, (world: World) => Promise<CallOptions>> = {
  listSessions: async () => ({ query: { limit: 10, archived: false } }),
  createSession: async () => ({ body: { title: "Example", model: scriptModel, settings: { stepsMax: 5 } } }),
  getSession: async ({ session }) => ({ params: { sessionId: await session() } }),
  updateSession: async ({ session }) => ({
    params: { sessionId: await session() },
    body: { title: "Changed" },
  }),
  deleteSession: async ({ session }) => ({ params: { sessionId: await session() } }),
  listMessages: async ({ session }) => ({ params: { sessionId: await session() }, query: { limit: 10 } }),
  sendMessage: async ({ session }) => ({
    params: { sessionId: await session() },
    body: { content: "Hello" },
  }),
  streamSessionEvents: async ({ session }) => ({
    params: { sessionId: await session() },
    query: { limit: 10 },
    headers: { accept: "application/json" },
  }),
  createAction: async ({ waiting }) => {
    const { sessionId, actionId } = await waiting();
    return { params: { sessionId }, body: { type: "reject", actionId } };
  },
  listSessionActions: async ({ waiting }) => ({ params: { sessionId: (await waiting()).sessionId } }),
  listActions: async () => ({ query: { limit: 10 } }),
  listTasks: async () => ({ query: { limit: 10, state: "completed" } }),
  getTask: async ({ waiting }) => ({ params: { taskId: (await waiting()).taskId } }),
  updateTask: async ({ waiting }) => ({
    params: { taskId: (await waiting()).taskId },
    body: { settings: { stepsMax: 7 } },
  }),
  uploadFile: async () => ({ query: { filename: "a.txt" }, body: "some text" }),
  getFile: async ({ file }) => ({ params: { fileId: await file() } }),
  deleteFile: async ({ file }) => ({ params: { fileId: await file() } }),
  getFileContent: async ({ file }) => ({ params: { fileId: await file() } }),
  createWorkspace: async () => ({ body: {} }),
  listWorkspaces: async () => ({ query: { limit: 10 } }),
  getWorkspace: async ({ scratchFolder }) => ({ params: { workspaceId: await scratchFolder() } }),
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
  listTools: async () => ({}),
  runTool: async ({ session }) => ({
    params: { sessionId: await session(), toolName: "listFiles" },
    body: { input: { directory_path: "." } },
  }),
  listAgents: async () => ({ query: { limit: 10 } }),
  createAgent: async () => ({ body: { name: "A", systemPrompt: "S" } }),
  getAgent: async () => ({ params: { agentId: builtInAgentId } }),
  updateAgent: async ({ agent }) => ({ params: { agentId: await agent() }, body: { name: "B" } }),
  deleteAgent: async ({ agent }) => ({ params: { agentId: await agent() } }),
  getSettings: async () => ({}),
  updateSettings: async () => ({ body: { settings: { reasoningEffort: "low" } } }),
  listModels: async () => ({}),
  getServer: async () => ({}),
  getContract: async () => ({}),
  openWebSocket: async () => ({}),
};
