import { setTimeout as pause } from "node:timers/promises";
import { isLineCut } from "../support/clients/line-cut.ts";
import { says, script, scriptModel } from "../support/models/script.ts";
import type { Caller, TestAnswer } from "../support/clients/caller.ts";

/** One write that was acknowledged, and how to look whether it is still there. */
export interface Acknowledged {
  database: "chat_history" | "agents" | "settings";
  atMs: number;
  isThere(): Promise<boolean>;
}

export interface Load {
  readonly acknowledged: readonly Acknowledged[];
  /** Milliseconds each answer took. */
  readonly answeredInMs: readonly number[];
  /** No further request is sent; settles when none is on its way. */
  end(): Promise<void>;
}

const scratch = "load";

/** Clients that write to all three databases until they are told to stop, or until nobody answers; each rests between two writes. */
export function putUnderLoad(server: Caller, { restMs = 10 } = {}): Load {
  const acknowledged: Acknowledged[] = [];
  const answeredInMs: number[] = [];
  let isEnding = false;
  const timed = async <T extends TestAnswer>(ask: Promise<T>): Promise<T> => {
    const from = performance.now();
    const answer = await ask;
    answeredInMs.push(performance.now() - from);
    if (answer.status >= 300) throw new Error(`Refused: ${answer.bytes.toString()}`);
    return answer;
  };
  const note = (database: Acknowledged["database"], isThere: () => Promise<boolean>) =>
    void acknowledged.push({ database, atMs: performance.now(), isThere });

  const writers = [
    async () => {
      const body = { model: scriptModel, message: { content: script(says("Noted.")) } };
      const { body: session } = await timed(server.call("createSession", { body }));
      const params = { sessionId: session.id };
      note("chat_history", async () => (await server.call("getSession", { params })).status === 200);
    },
    async () => {
      const body = { name: `Agent ${acknowledged.length}`, systemPrompt: "You are one of many." };
      const { body: agent } = await timed(server.call("createAgent", { body }));
      const params = { agentId: agent.id };
      note("agents", async () => (await server.call("getAgent", { params })).status === 200);
    },
    async () => {
      const baseUrl = (count: number) => `http://127.0.0.1:9/${count}`;
      const count = acknowledged.length;
      const provider = { type: "openai-compatible" as const, baseUrl: baseUrl(count) };
      await timed(server.call("updateSettings", { body: { providers: { [scratch]: provider } } }));
      note("settings", async () => {
        const { providers } = (await server.call("getSettings")).body;
        return Number(providers[scratch]?.baseUrl?.split("/").at(-1) ?? -1) >= count;
      });
    },
  ];
  const writeOn = async (write: () => Promise<void>) => {
    try {
      for (; !isEnding; await pause(restMs)) await write();
    } catch (error) {
      if (!isLineCut(error)) throw error;
    }
  };
  const all = Promise.all([...writers, ...writers.slice(0, 1)].map(writeOn));
  all.catch(() => {}); // Awaited in `end`.
  return {
    acknowledged,
    answeredInMs,
    end: async () => {
      isEnding = true;
      await all;
    },
  };
}
