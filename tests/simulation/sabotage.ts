import type { Storage } from "../../lib/storage.ts";
import type { Sabotage } from "./stage.ts";

/** Storage with one thing broken, as asked; each once. */
export function sabotaged(storage: Storage, sabotage: Sabotage): Storage {
  const { events, messages, tasks, books } = storage;
  const once = (isAsked: boolean | undefined) => {
    let isLeft = isAsked ?? false;
    return () => isLeft && !(isLeft = false);
  };
  const [drops, loses, counts] = [
    once(sabotage.dropsEvent),
    once(sabotage.losesMessage),
    once(sabotage.countsTwice),
  ];
  const chat = books.chat_history;
  return {
    ...storage,
    events: {
      ...events,
      append: (sessionId, told) => {
        const isHit = told.some(({ type }) => type === "message.final") && drops();
        return events.append(sessionId, isHit ? told.filter(({ type }) => type !== "message.final") : told);
      },
    },
    messages: {
      ...messages,
      history: (sessionId) =>
        messages
          .history(sessionId)
          .filter(({ message }) => !sabotage.losesResults || message.role !== "tool"),
    },
    tasks: {
      ...tasks,
      addUsage: (id, usage) => {
        tasks.addUsage(id, usage);
        if (usage.outputTokens > 0 && counts()) tasks.addUsage(id, usage);
      },
    },
    books: { ...books, chat_history: { ...chat, atomically: forgetful(chat.atomically, loses) } },
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
