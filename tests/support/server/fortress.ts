import { expect } from "vitest";
import type { OperationId } from "../../../packages/shared/src/index.ts";
import { converse, messagesOf } from "../conversation.ts";
import { expectOnceInOrder } from "../clients/follower.ts";
import { says } from "../models/script.ts";
import { startServerProcess, type ServerProcess, type ServerProcessOptions } from "./server-process.ts";
import type { CallOptions } from "./server.ts";
import { eventsOf, taskEnded, taskIn } from "../until.ts";

/** A server with something on record, that wrong input must not touch. */
export interface Fortress {
  server: ServerProcess;
  sessionId: string;
  workspaceId: string;
  /** Any operation, whatever is wrong with the request. */
  probe(operation: OperationId, options: CallOptions): ReturnType<ServerProcess["request"]>;
  /** Nothing is lost, nothing was added, nothing failed inside, and the server works. */
  expectUntouched(): Promise<void>;
}

export async function startFortress(options: ServerProcessOptions = {}): Promise<Fortress> {
  const server = await startServerProcess(options);
  const { sessionId, taskId } = await converse(server, [says("Kept.")]);
  await taskEnded(server, taskId);
  const { workspaceId } = (await server.call("getSession", { params: { sessionId } })).body;
  const before = await stored(server, sessionId);
  return {
    server,
    sessionId,
    workspaceId,
    probe: async (operation, request) => {
      const answer = await server.call(operation, request);
      expect(answer.status, `${operation} ${JSON.stringify(request)}`).toBeLessThan(500);
      return answer;
    },
    expectUntouched: async () => {
      const { events, ...rest } = await stored(server, sessionId);
      const { events: eventsBefore, ...restBefore } = before;
      expect(rest).toEqual(restBefore);
      expectOnceInOrder(eventsBefore, events); // The upkeep may have come meanwhile.
      expect(server.said()).not.toMatch(/"level":(50|60)/);
      const next = await converse(server, [says("Still here.")]);
      await taskIn(server, next.taskId, "completed");
    },
  };
}

async function stored(server: ServerProcess, sessionId: string) {
  const list = async (operation: "listSessions" | "listWorkspaces" | "listTasks" | "listAgents") =>
    (await server.call(operation, { query: { limit: 200 } })).body.items;
  return {
    sessions: await list("listSessions"),
    workspaces: await list("listWorkspaces"),
    tasks: await list("listTasks"),
    agents: await list("listAgents"),
    messages: await messagesOf(server, sessionId),
    events: await eventsOf(server, sessionId),
    settings: (await server.call("getSettings")).body,
  };
}
