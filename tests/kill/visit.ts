import { setTimeout as pause } from "node:timers/promises";
import { createClient, openSocket, type Schemas } from "../../packages/shared/src/index.ts";
import type { Caller } from "../support/clients/caller.ts";
import { follow, type Follower } from "../support/clients/follower.ts";
import { script, scriptModel, type Step } from "../support/models/script.ts";
import type { Asker } from "./asker.ts";
import type { Random } from "./plan/random.ts";
import type { Host } from "./host/host.ts";

type Action = Schemas["Action"];

/** What a scene may use: a client that gives up on nothing, and marks that are found nowhere else. */
export interface Visit {
  host: Host;
  random: Random;
  ask: Caller["call"];
  /** The same over a socket of its own, which asks again by itself until it is answered. */
  send(sessionId: string, body: Schemas["SendMessage"]): Promise<Schemas["SentMessage"]>;
  /** A word that stands in nothing else. */
  mark(): string;
  /** A command that leaves a token outside of everything the server knows, once for each time it runs. */
  effect(more?: string): string;
  /** Follows the session to the end of the schedule. */
  follow(sessionId: string): Follower;
  /** A session whose first task plays the steps, and who follows it. */
  converse(steps: Step[], options?: Omit<Schemas["CreateSession"], "message">): Promise<Talk>;
  /** Decides what is asked until the tasks are over. */
  settle(talk: Pick<Talk, "follower" | "sessionId">, taskIds: readonly string[]): Promise<void>;
  until(what: string, isSo: () => boolean): Promise<void>;
  /** The agent speaks, or never will: a step that many lives in a row ended at is given up. */
  spoken(talk: Talk): Promise<void>;
}

export interface Talk {
  sessionId: string;
  workspaceId: string;
  taskId: string;
  follower: Follower;
}

export interface VisitOptions {
  host: Host;
  random: Random;
  asker: Asker;
  name: string;
  followers: Map<string, Follower[]>;
  checkTime(waitingFor: string): void;
}

export function createVisit({ host, random, asker, name, followers, checkTime }: VisitOptions): Visit {
  const { ask } = asker;
  let marks = 0;
  const mark = () => `${name}x${++marks}x`;

  const until = async (what: string, isSo: () => boolean) => {
    while (!isSo()) {
      checkTime(what);
      await pause(10);
    }
  };

  const followSession = (sessionId: string): Follower => {
    const all = followers.get(sessionId) ?? [];
    followers.set(sessionId, all);
    const first = follow(host, sessionId, { over: random.chance(0.5) ? "sse" : "websocket" });
    all.push(first);
    if (random.chance(0.4))
      all.push(follow(host, sessionId, { over: random.chance(0.5) ? "sse" : "websocket" }));
    return first;
  };

  const decide = async ({ id: actionId, sessionId, type }: Action): Promise<void> => {
    await pause(random.between(0, 150)); // People think.
    const send = (body: Schemas["CreateAction"]) => ask("createAction", { params: { sessionId }, body });
    const respond = { type: "respond", actionId, result: { colour: "Red" } } as const;
    const reject = { type: "reject", actionId, reason: `No, ${mark()}.` } as const;
    const approve = { type: "approve", actionId, scope: random.chance(0.2) ? "session" : "once" } as const;
    if (type === "question") await send(respond);
    else if (type === "host") await send(random.chance(0.5) ? reject : { type: "approve", actionId });
    else if (type === "approval" && random.chance(0.2)) await send(reject);
    else if (random.chance(0.3)) await Promise.all([send(approve), send(approve)]);
    else await send(approve);
  };

  return {
    host,
    random,
    ask,
    mark,
    effect: (more = "") => `printf '%s\\n' ${mark()} >> ~/effects.log${more}`,
    send: async (sessionId, body) => {
      const backoff = { baseMs: 10, mostMs: 50 };
      const socket = openSocket(createClient({ baseUrl: host.url, apiKey: host.key, backoff }));
      try {
        const sent = await socket.sendMessage(sessionId, body);
        asker.note({ operationId: "sendMessage", options: { params: { sessionId }, body }, body: sent });
        return sent;
      } finally {
        socket.close();
      }
    },
    follow: followSession,
    until,
    spoken: ({ taskId, follower }) =>
      until(
        "somebody speaks",
        () => follower.events.some(({ type }) => type === "token") || isOver(follower.state.tasks[taskId]),
      ),
    converse: async (steps, options = {}) => {
      const body = { title: mark(), model: scriptModel, ...options, message: { content: script(...steps) } };
      const { id: sessionId, workspaceId, activeTask } = (await ask("createSession", { body })).body;
      return { sessionId, workspaceId, taskId: activeTask?.id ?? "", follower: followSession(sessionId) };
    },
    settle: async ({ follower }, taskIds) => {
      const decisions = new Map<string, Promise<void>>();
      let fault: unknown;
      await until(`tasks ${taskIds.join(" and ")} are over`, () => {
        if (fault !== undefined) throw fault as Error;
        for (const action of follower.state.actions) {
          if (decisions.has(action.id)) continue;
          const decision = decide(action).catch((error: unknown) => void (fault = error));
          decisions.set(action.id, decision);
        }
        return taskIds.every((id) => isOver(follower.state.tasks[id]));
      });
      await Promise.all(decisions.values());
    },
  };
}

function isOver(task: Schemas["Task"] | undefined): boolean {
  return task !== undefined && ["completed", "failed", "cancelled"].includes(task.state);
}
