import type { Storage } from "../../../lib/ports/storage.ts";
import type { Sabotage } from "../stage.ts";

/** Storage with one thing broken, as asked. */
export function sabotaged(storage: Storage, sabotage: Sabotage): Storage {
  const { actions, tasks, requestDatabases } = storage;
  const chat = requestDatabases.chat_history;
  const counts = once(sabotage.countsTwice);
  return {
    ...storage,
    events: brokenEvents(storage.events, sabotage),
    tasks: {
      ...tasks,
      addUsage: (id, usage) => {
        tasks.addUsage(id, usage);
        if (usage.outputTokens > 0 && counts()) tasks.addUsage(id, usage);
      },
      list: (query) =>
        sabotage.reopens
          ? tasks
              .list(query)
              .map((task) => ({ ...task, settings: { stepsMax: storage.tasks.unfinished().length + 1 } }))
          : tasks.list(query),
    },
    workspaces: sabotage.opensNetwork ? wideOpen(storage.workspaces) : storage.workspaces,
    actions: sabotage.forgetsDecisions ? undecided(actions) : actions,
    requestDatabases: {
      ...requestDatabases,
      chat_history: {
        atomically: forgetful(chat.atomically, once(sabotage.losesMessage)),
        requests: sabotage.forgetsAnswers
          ? { ...chat.requests, finish: (key) => chat.requests.finish(key, { status: 200, body: null }) }
          : chat.requests,
      },
    },
  };
}

/** Whoever grants one host grants all. */
function wideOpen(workspaces: Storage["workspaces"]): Storage["workspaces"] {
  return {
    ...workspaces,
    update: (id, change, at) => {
      const network = change.network && { ...change.network, mode: "open" as const };
      return workspaces.update(id, { ...change, ...(network && { network }) }, at);
    },
  };
}

function once(isAsked: boolean | undefined): () => boolean {
  let isLeft = isAsked ?? false;
  return () => isLeft && !(isLeft = false);
}

function brokenEvents(events: Storage["events"], sabotage: Sabotage): Storage["events"] {
  const drops = once(sabotage.dropsEvent);
  let reads = 0;
  return {
    ...events,
    append: (sessionId, told) => {
      const isHit = told.some(({ type }) => type === "message.final") && drops();
      return events.append(sessionId, isHit ? told.filter(({ type }) => type !== "message.final") : told);
    },
    read: (sessionId, after, limit) => {
      const read = events.read(sessionId, after, limit);
      if (sabotage.losesEvent) return read.filter((_, index) => after > 0 || index !== 2);
      if (sabotage.rewritesEvent) return read.map((event) => ({ ...event, createdAt: String(++reads) }));
      return read;
    },
  };
}

function undecided(actions: Storage["actions"]): Storage["actions"] {
  return {
    ...actions,
    get: (id) => {
      const action = actions.get(id);
      return action && { ...action, state: "pending" };
    },
  };
}

/** One transaction of a message is taken back, and its answer given all the same. */
function forgetful(atomically: Storage["atomically"], loses: () => boolean): Storage["atomically"] {
  return (boundary, work) => {
    const takenBack = new Error("Taken back.");
    let answer: unknown;
    try {
      return atomically(boundary, () => {
        const result = work();
        answer = result;
        const isMessage = typeof result === "object" && JSON.stringify(result).includes('"eventsAfter"');
        if (isMessage && loses()) throw takenBack;
        return result;
      });
    } catch (error) {
      if (error !== takenBack) throw error;
      return answer as ReturnType<typeof work>;
    }
  };
}
