import { setTimeout as pause } from "node:timers/promises";
import type { Schemas } from "../../packages/shared/src/index.ts";
import type { Caller } from "./clients/caller.ts";
import { limitMs } from "./time/limit.ts";

type Task = Schemas["Task"];
type Action = Schemas["Action"];
type Event = Schemas["Event"];

/** Asks again and again until `look` gives something; then gives that. Throws, saying what was last seen, when the time is over. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = limitMs, seen }: { withinMs?: number; seen?: () => unknown } = {},
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) {
      const last = seen === undefined ? "" : ` Last seen: ${JSON.stringify(await seen())}`;
      throw new Error(`Waited ${withinMs} ms in vain until ${what}.${last}`);
    }
    await pause(10);
  }
}

/** The task once it is in one of the states. A task that ended otherwise fails at once. */
export function taskIn(server: Caller, taskId: string, ...states: Task["state"][]): Promise<Task> {
  return taskWithin(server, taskId, { states });
}

async function taskWithin(
  server: Caller,
  taskId: string,
  { states, withinMs = limitMs }: { states: Task["state"][]; withinMs?: number | undefined },
): Promise<Task> {
  let task: Task | undefined;
  return until(
    `task ${taskId} is ${states.join(" or ")}`,
    async () => {
      task = (await server.call("getTask", { params: { taskId } })).body;
      if (states.includes(task.state)) return task;
      if (["completed", "failed", "cancelled"].includes(task.state))
        throw new Error(`Expected the task to be ${states.join(" or ")}; it is ${JSON.stringify(task)}`);
      return undefined;
    },
    { seen: () => task, withinMs },
  );
}

export function taskEnded(
  server: Caller,
  taskId: string,
  { withinMs }: { withinMs?: number } = {},
): Promise<Task> {
  return taskWithin(server, taskId, { states: ["completed", "failed", "cancelled"], withinMs });
}

/** The pending decisions of a session, once there are as many. */
export function pendingActions(server: Caller, sessionId: string, count = 1): Promise<Action[]> {
  const find = async () => (await server.call("listSessionActions", { params: { sessionId } })).body.items;
  return until(
    `session ${sessionId} waits for ${count} decisions`,
    async () => {
      const items = await find();
      return items.length >= count && items;
    },
    { seen: find },
  );
}

export async function pendingAction(server: Caller, sessionId: string): Promise<Action> {
  const [action] = await pendingActions(server, sessionId);
  if (action === undefined) throw new Error("There is no pending action.");
  return action;
}

/** The whole log of a session. */
export async function eventsOf(server: Caller, sessionId: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let cursor: string | undefined; ;) {
    const query = { cursor, limit: 200 };
    const { body } = await server.call("listSessionEvents", { params: { sessionId }, query });
    events.push(...body.items);
    if (body.nextCursor === null) return events;
    cursor = body.nextCursor;
  }
}

/** The log once it holds an event for which `isWanted` is true. */
export async function eventWhere(
  server: Caller,
  sessionId: string,
  isWanted: (event: Event) => boolean,
): Promise<Event> {
  let last: Event[] = [];
  return until(
    `session ${sessionId} tells of what is waited for`,
    async () => {
      last = await eventsOf(server, sessionId);
      return last.find(isWanted);
    },
    { seen: () => last.map(({ type }) => type).slice(-20) },
  );
}
