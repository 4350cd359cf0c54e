import { expect } from "vitest";
import type { Schemas } from "../../packages/shared/src/index.ts";
import { script, scriptModel, type Step } from "./models/script.ts";
import type { Caller } from "./clients/caller.ts";
import { prepared } from "./workspaces.ts";

export interface Conversation {
  sessionId: string;
  taskId: string;
}

/** A new session whose first task plays the steps. */
export async function converse(
  server: Caller,
  steps: Step[],
  options: Omit<Schemas["CreateSession"], "message"> = {},
): Promise<Conversation> {
  const body = { model: scriptModel, ...options, message: { content: script(...steps) } };
  const created = await server.call("createSession", { body });
  expect(created.status, created.bytes.toString()).toBe(201);
  const { id: sessionId, activeTask } = created.body;
  if (activeTask === null) throw new Error("The session has no task.");
  return { sessionId, taskId: activeTask.id };
}

/** A further message in a session that plays the steps. */
export async function say(
  server: Caller,
  sessionId: string,
  steps: Step[],
  options: Omit<Schemas["SendMessage"], "content"> = {},
): Promise<Schemas["SentMessage"]> {
  const body = { content: script(...steps), ...options };
  const sent = await server.call("sendMessage", { params: { sessionId }, body });
  expect(sent.status, sent.bytes.toString()).toBe(202);
  return sent.body;
}

/** A session in which nothing was said yet and nothing happens any more: its workspace is there. */
export async function createSession(
  server: Caller,
  options: Schemas["CreateSession"] = {},
): Promise<Schemas["Session"]> {
  const { status, body, bytes } = await server.call("createSession", {
    body: { model: scriptModel, ...options },
  });
  expect(status, bytes.toString()).toBe(201);
  await prepared(server, body.workspaceId);
  return (await server.call("getSession", { params: { sessionId: body.id } })).body;
}

export async function messagesOf(server: Caller, sessionId: string): Promise<Schemas["Message"][]> {
  return (await server.call("listMessages", { params: { sessionId }, query: { limit: 200 } })).body.items;
}

/** The results of all tool calls of a session, in the order of the conversation. */
export async function toolResults(server: Caller, sessionId: string): Promise<Schemas["ToolResultPart"][]> {
  const parts = (await messagesOf(server, sessionId)).flatMap(({ content }) => content);
  return parts.filter((part) => part.type === "tool-result");
}

/** The one tool result of a session. */
export async function toolResult(server: Caller, sessionId: string): Promise<Schemas["ToolResultPart"]> {
  const results = await toolResults(server, sessionId);
  expect(results).toHaveLength(1);
  const [result] = results;
  if (result === undefined) throw new Error("There is no result.");
  return result;
}

export function decide(server: Caller, sessionId: string, body: Schemas["CreateAction"]) {
  return server.call("createAction", { params: { sessionId }, body });
}
