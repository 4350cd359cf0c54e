import { AppError } from "../../lib/errors.ts";
import { eventPlace } from "../../lib/event.ts";
import type { Event } from "../../lib/event.ts";
import { hasEnded } from "../../lib/task.ts";
import type { Storage } from "../../lib/storage.ts";
import { must, mustEqual } from "./breach.ts";

/** What is remembered of a session from outside, over all lives. */
interface Memory {
  /** Of each event by its sequence. */
  events: Map<number, { type: Event["type"]; text: string }>;
  last: number;
  costs: Map<string, { steps: number; costUsd: number; outputTokens: number }>;
  ended: Map<string, string>;
  decided: Map<string, string>;
  actionIds: Set<string>;
}

export interface Audit {
  /** After each step in which something was committed. */
  look(storage: Storage, options: Look): void;
  /** Reads the whole log again. */
  lookBack(storage: Storage): void;
  isSuperseded(sessionId: string, sequence: number): boolean;
  /** Throws a Breach where a command was asked about and not approved. */
  checkApproval(storage: Storage, sessionId: string, command: string): void;
  sessionIds(): string[];
  forget(sessionId: string): void;
}

function isThere({ events }: Storage, sessionId: string): boolean {
  try {
    events.bounds(sessionId);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return false;
    throw error;
  }
}

interface Look {
  /** Sessions whose making was acknowledged; others are found by a thorough look. */
  created: readonly string[];
  isPruned: boolean;
  isThorough: boolean;
}

const deltas: readonly string[] = ["token", "reasoning", "tool.output"];
const all = 100_000;

export function createAudit(): Audit {
  const memories = new Map<string, Memory>();
  const memoryOf = (sessionId: string): Memory => {
    const known = memories.get(sessionId) ?? fresh();
    memories.set(sessionId, known);
    return known;
  };

  const lookAt = (storage: Storage, sessionId: string, { isPruned, isThorough }: Look) => {
    const memory = memoryOf(sessionId);
    if (!isThorough && storage.events.bounds(sessionId).lastSequence === memory.last) return;
    for (const event of storage.events.read(sessionId, memory.last, all)) note(memory, event, isPruned);
    const { lastSequence } = storage.events.bounds(sessionId);
    must(
      "the log has no gap",
      lastSequence === memory.last,
      () => `${sessionId} ends at ${lastSequence}, not ${memory.last}.`,
    );
    checkTasks(storage, sessionId, memory);
    if (isThorough) checkActions(storage, memory);
  };

  return {
    look: (storage, options) => {
      const listed = options.isThorough ? storage.sessions.list({ limit: 100, archived: false }) : [];
      const ids = new Set([...memories.keys(), ...options.created, ...listed.map(({ id }) => id)]);
      for (const id of ids) {
        if (isThere(storage, id)) lookAt(storage, id, options);
        else memories.delete(id);
      }
    },
    lookBack: (storage) => {
      for (const [sessionId, memory] of memories) checkLog(storage, sessionId, memory);
    },
    isSuperseded: (sessionId, sequence) => {
      const known = memoryOf(sessionId).events.get(sequence);
      return known !== undefined && deltas.includes(known.type);
    },
    checkApproval: (storage, sessionId, command) => {
      for (const id of memories.get(sessionId)?.actionIds ?? []) {
        const action = storage.actions.get(id);
        if (action?.input["command"] !== command) continue;
        must(
          "an approval is used once and only when it holds",
          action.state === "approved",
          () => `${command} began though ${id} is ${action.state}.`,
        );
      }
    },
    sessionIds: () => [...memories.keys()],
    forget: (sessionId) => void memories.delete(sessionId),
  };
}

function fresh(): Memory {
  return {
    events: new Map(),
    last: 0,
    costs: new Map(),
    ended: new Map(),
    decided: new Map(),
    actionIds: new Set(),
  };
}

function note(memory: Memory, event: Event, isPruned: boolean): void {
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

function checkTasks(storage: Storage, sessionId: string, { costs, ended }: Memory): void {
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

function checkActions(storage: Storage, { decided }: Memory): void {
  for (const [id, state] of decided)
    mustEqual("an approval is used once and only when it holds", id, {
      expected: state,
      came: storage.actions.get(id)?.state,
    });
}

function checkLog(storage: Storage, sessionId: string, { events, last }: Memory): void {
  const stored = new Map(
    storage.events
      .read(sessionId, 0, all)
      .map((event) => [eventPlace(event.id).sequence, JSON.stringify(event)]),
  );
  for (const [sequence, { type, text }] of events) {
    const now = stored.get(sequence);
    if (now === undefined)
      must("the log has no gap", deltas.includes(type), () => `${type} ${sequence} of ${sessionId} is gone.`);
    else
      must(
        "an event never changes",
        text === "" || text === now,
        () => `It was ${text}\n  and is now ${now}`,
      );
  }
  must("the log has no gap", stored.size <= events.size, () => `${sessionId} has events after ${last}.`);
}
