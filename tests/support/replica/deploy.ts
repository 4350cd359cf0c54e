import { expect } from "vitest";
import type { Conversation } from "../conversation.ts";
import { atRest, expectSameAsStored, follow, type Follower } from "../clients/follower.ts";
import type { ServerProcess } from "../server/server-process.ts";
import { taskIn, until } from "../until.ts";

export const graceMs = 1000;

/** Who looks on while the server is replaced: one client on each transport. */
export interface Onlookers {
  readonly followers: readonly Follower[];
  /** Both have heard so many events of the type. */
  hear(type: string, count?: number): Promise<void>;
  /** The task of before ends well, and both know what is stored, each event once. */
  seeItDone(): Promise<void>;
}

export function lookOn(server: ServerProcess, { sessionId, taskId }: Conversation): Onlookers {
  const followers = (["sse", "websocket"] as const).map((over) => follow(server, sessionId, { over }));
  return {
    followers,
    hear: async (type, count = 1) => {
      for (const { events } of followers)
        await until(`${count} times ${type}`, () => events.filter((e) => e.type === type).length >= count);
    },
    seeItDone: async () => {
      await taskIn(server, taskId, "completed");
      for (const follower of followers) {
        await atRest(server, follower, sessionId);
        await expectSameAsStored(server, follower);
        expect(follower.gaps).toBe(0);
        await follower.stop();
      }
    },
  };
}

/** SIGTERM: the process ends with 0. */
export async function terminate(server: ServerProcess): Promise<void> {
  const { code, signal } = await server.end("SIGTERM");
  expect({ code, signal }).toEqual({ code: 0, signal: null });
}
