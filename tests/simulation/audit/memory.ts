import { eventPlace } from "../../../lib/event.ts";
import type { Event } from "../../../lib/event.ts";
import { hasEnded } from "../../../lib/task.ts";
import type { Storage } from "../../../lib/ports/storage.ts";
import { must, mustEqual } from "./breach.ts";
import { lastLetGo } from "./letting-go.ts";

/** What is remembered of a session from outside, over all lives. */
export interface Memory {
  /** Of each event by its sequence. */
  events: Map<number, { type: Event["type"]; text: string }>;
  last: number;
  costs: Map<string, { steps: number; costUsd: number; outputTokens: number }>;
  ended: Map<string, string>;
  decided: Map<string, string>;
  actionIds: Set<string>;
}

export const deltas: readonly string[] = ["token", "reasoning", "tool.output"];
export const all = 100_000;

export function fresh(): Memory {
  return {
    events: new Map(),
    last: 0,
    costs: new Map(),
    ended: new Map(),
    decided: new Map(),
    actionIds: new Set(),
  };
}

export function note(memory: Memory, event: Event, isPruned: boolean): void {
  const { sequence } = eventPlace(event.id);
  must(
    "the log has no gap",
    sequence === memory.last + 1 || isPruned,
    () => `${event.id} follows ${memory.last} in ${event.sessionId}.`,
  );
  for (let missing = memory.last + 1; missing < sequence; missing++)
    memory.events.set(missing, { type: "token", text: "" }); // Made void before anybody could look.
  memory.last = sequence;
  memory.events.set(sequence, { type: event.type, text: JSON.stringify(event) });
  const taskId = event.taskId ?? "";
  if (event.type === "usage") {
    const cost = memory.costs.get(taskId) ?? { steps: 0, costUsd: 0, outputTokens: 0 };
    cost.steps++;
    cost.costUsd += event.data.usage.costUsd;
    cost.outputTokens += event.data.usage.outputTokens;
    memory.costs.set(taskId, cost);
  }
  if (event.type === "action.required") memory.actionIds.add(event.data.action.id);
  if (event.type === "action.resolved") noteDecision(memory, event.data.action);
}

function noteDecision({ decided }: Memory, action: { id: string; state: string }): void {
  must(
    "an approval is used once and only when it holds",
    !decided.has(action.id),
    () => `${action.id} was ${decided.get(action.id)}, and is now ${action.state}.`,
  );
  decided.set(action.id, action.state);
}

export function checkTasks(storage: Storage, sessionId: string, { costs, ended }: Memory): void {
  const sum = { costUsd: 0, outputTokens: 0 };
  for (const task of storage.tasks.list({ sessionId, limit: 1000 })) {
    const none = { steps: 0, costUsd: 0, outputTokens: 0 };
    const { costUsd, outputTokens } = task.usage;
    mustEqual("costs are the sum of their steps", task.id, {
      expected: costs.get(task.id) ?? none,
      came: { steps: task.steps, costUsd, outputTokens },
    });
    sum.costUsd += costUsd;
    sum.outputTokens += outputTokens;
    if (!hasEnded(task)) continue;
    const text = JSON.stringify(task);
    const before = ended.get(task.id) ?? text;
    must("a finished task never changes", before === text, () => `It was ${before}\n  and is now ${text}`);
    ended.set(task.id, text);
  }
  const { costUsd, outputTokens } = storage.sessions.get(sessionId)?.usage ?? sum;
  mustEqual("costs are the sum of their steps", sessionId, {
    expected: sum,
    came: { costUsd, outputTokens },
  });
}

export function checkActions(storage: Storage, { decided }: Memory): void {
  for (const [id, state] of decided)
    mustEqual("an approval is used once and only when it holds", id, {
      expected: state,
      came: storage.actions.get(id)?.state,
    });
}

export function checkLog(storage: Storage, sessionId: string, memory: Memory, latestMs: number): void {
  const { events, last } = memory;
  const stored = new Map(
    storage.events
      .read(sessionId, 0, all)
      .map((event) => [eventPlace(event.id).sequence, JSON.stringify(event)]),
  );
  const letGo = lastLetGo(events, latestMs);
  for (const [sequence, { type, text }] of events) {
    const now = stored.get(sequence);
    if (now === undefined)
      must(
        "the log has no gap",
        deltas.includes(type) || sequence <= letGo,
        () => `${type} ${sequence} of ${sessionId} is gone.`,
      );
    else
      must(
        "an event never changes",
        text === "" || text === now,
        () => `It was ${text}\n  and is now ${now}`,
      );
  }
  must("the log has no gap", stored.size <= events.size, () => `${sessionId} has events after ${last}.`);
}
