// Generated from openapi.yaml by `npm run generate`; edit that instead.
import type { Handlers } from "../lib/ports/handler.ts";
import { listSessions } from "./sessions/listSessions.ts";
import { createSession } from "./sessions/createSession.ts";
import { getSession } from "./sessions/getSession.ts";
import { deleteSession } from "./sessions/deleteSession.ts";
import { updateSession } from "./sessions/updateSession.ts";
import { listMessages } from "./sessions/listMessages.ts";
import { sendMessage } from "./sessions/sendMessage.ts";
import { streamSessionEvents } from "./sessions/streamSessionEvents.ts";
import { listSessionEvents } from "./sessions/listSessionEvents.ts";
import { listSessionActions } from "./sessions/listSessionActions.ts";
import { createAction } from "./sessions/createAction.ts";
import { listActions } from "./actions/listActions.ts";
import { listTasks } from "./tasks/listTasks.ts";
import { getTask } from "./tasks/getTask.ts";
import { updateTask } from "./tasks/updateTask.ts";
import { uploadFile } from "./files/uploadFile.ts";
import { getFile } from "./files/getFile.ts";
import { deleteFile } from "./files/deleteFile.ts";
import { getFileContent } from "./files/getFileContent.ts";
import { listWorkspaces } from "./workspaces/listWorkspaces.ts";
import { createWorkspace } from "./workspaces/createWorkspace.ts";
import { getWorkspace } from "./workspaces/getWorkspace.ts";
import { deleteWorkspace } from "./workspaces/deleteWorkspace.ts";
import { updateWorkspace } from "./workspaces/updateWorkspace.ts";
import { syncWorkspace } from "./workspaces/syncWorkspace.ts";
import { getWorkspaceVariables } from "./workspaces/getWorkspaceVariables.ts";
import { getWorkspaceStatus } from "./workspaces/getWorkspaceStatus.ts";
import { getWorkspaceDiff } from "./workspaces/getWorkspaceDiff.ts";
import { getWorkspaceTree } from "./workspaces/getWorkspaceTree.ts";
import { getWorkspaceContent } from "./workspaces/getWorkspaceContent.ts";
import { listTools } from "./tools/listTools.ts";
import { runTool } from "./tools/runTool.ts";
import { listAgents } from "./agents/listAgents.ts";
import { createAgent } from "./agents/createAgent.ts";
import { getAgent } from "./agents/getAgent.ts";
import { deleteAgent } from "./agents/deleteAgent.ts";
import { updateAgent } from "./agents/updateAgent.ts";
import { getSettings } from "./settings/getSettings.ts";
import { updateSettings } from "./settings/updateSettings.ts";
import { listModels } from "./models/listModels.ts";
import { getServer } from "./server/getServer.ts";
import { getContract } from "./server/getContract.ts";
import { openWebSocket } from "./server/openWebSocket.ts";

export const registry: Handlers = {
  listSessions,
  createSession,
  getSession,
  deleteSession,
  updateSession,
  listMessages,
  sendMessage,
  streamSessionEvents,
  listSessionEvents,
  listSessionActions,
  createAction,
  listActions,
  listTasks,
  getTask,
  updateTask,
  uploadFile,
  getFile,
  deleteFile,
  getFileContent,
  listWorkspaces,
  createWorkspace,
  getWorkspace,
  deleteWorkspace,
  updateWorkspace,
  syncWorkspace,
  getWorkspaceVariables,
  getWorkspaceStatus,
  getWorkspaceDiff,
  getWorkspaceTree,
  getWorkspaceContent,
  listTools,
  runTool,
  listAgents,
  createAgent,
  getAgent,
  deleteAgent,
  updateAgent,
  getSettings,
  updateSettings,
  listModels,
  getServer,
  getContract,
  openWebSocket,
};
