import { AppError } from "../../../lib/errors.ts";
import type { Storage } from "../../../lib/ports/storage.ts";
import { must } from "./breach.ts";
import { lastLetGo } from "./letting-go.ts";
import { all, checkActions, checkLog, checkTasks, deltas, fresh, type Memory, note } from "./memory.ts";

export interface Audit {
  /** After each step in which something was committed. */
  look(storage: Storage, options: Look): void;
  /** Before somebody reads a session whose making was never answered, so that nobody knew of it. */
  meet(storage: Storage, sessionId: string): void;
  /** Reads the whole log again. */
  lookBack(storage: Storage): void;
  isSuperseded(sessionId: string, sequence: number): boolean;
  /** Whether the log of the session may have let go of it. */
  isLetGo(sessionId: string, sequence: number): boolean;
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

interface Look extends LookAt {
  /** Sessions whose making was acknowledged; others are found by a thorough look. */
  created: readonly string[];
  /** The clock of the host. */
  wallMs: number;
}

interface LookAt {
  isPruned: boolean;
  isThorough: boolean;
}

export function createAudit(): Audit {
  const memories = new Map<string, Memory>();
  let latestMs = 0;
  const memoryOf = (sessionId: string): Memory => {
    const known = memories.get(sessionId) ?? fresh();
    memories.set(sessionId, known);
    return known;
  };

  const lookAt = (storage: Storage, sessionId: string, { isPruned, isThorough }: LookAt) => {
    const memory = memoryOf(sessionId);
    if (!isThorough && storage.events.bounds(sessionId).lastSequence === memory.last) return;
    // A session whose making was never answered may have been pruned before anybody knew of it.
    const isNew = memory.last === 0;
    for (const event of storage.events.read(sessionId, memory.last, all))
      note(memory, event, isPruned || isNew);
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
      latestMs = Math.max(latestMs, options.wallMs);
      const listed = options.isThorough ? storage.sessions.list({ limit: 100, archived: false }) : [];
      const ids = new Set([...memories.keys(), ...options.created, ...listed.map(({ id }) => id)]);
      for (const id of ids) {
        if (isThere(storage, id)) lookAt(storage, id, options);
        else memories.delete(id);
      }
    },
    meet: (storage, sessionId) => {
      if (!memories.has(sessionId)) lookAt(storage, sessionId, { isPruned: false, isThorough: false });
    },
    lookBack: (storage) => {
      for (const [sessionId, memory] of memories) checkLog(storage, sessionId, memory, latestMs);
    },
    isSuperseded: (sessionId, sequence) => {
      const known = memoryOf(sessionId).events.get(sequence);
      return known !== undefined && deltas.includes(known.type);
    },
    isLetGo: (sessionId, sequence) => sequence <= lastLetGo(memoryOf(sessionId).events, latestMs),
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
