import { expect, test } from "vitest";
import type { Storage } from "../../../../lib/ports/storage.ts";
import * as temp from "../temp-storage.ts";

interface ServerRun {
  storage: Storage;
  session: string;
  faults: unknown[];
}

function begin(folder = temp.tempFolder()): ServerRun & { folder: string } {
  const faults: unknown[] = [];
  const storage = temp.open(folder, { onFault: (error) => faults.push(error) });
  return { storage, session: temp.addSession(storage), faults, folder };
}

const ways: [string, (run: ServerRun) => unknown][] = [
  [
    "in a transaction",
    ({ storage, session }) =>
      storage.atomically("request.change", () => storage.events.append(session, [temp.token("late")])),
  ],
  ["with a single statement", ({ storage, session }) => temp.addTask(storage, session)],
  ["with one call of several statements", ({ storage, session }) => temp.addMessage(storage, session)],
  ["by removing", ({ storage, session }) => storage.sessions.remove(session)],
  ["in a statement that returns rows", ({ storage, session }) => storage.tasks.countRecovery(session)],
];

test.each(ways)("a run that another took over from writes nothing any more %s", (_, write) => {
  const old = begin();
  const heard: unknown[] = [];
  old.storage.events.onCommitted((_, events) => heard.push(...events));
  const { storage: next } = begin(old.folder);
  const before = stored(next, old.session);
  expect(() => write(old)).toThrow("Another server has taken over");
  expect(() => write(old)).toThrow("Another server has taken over");
  expect(stored(next, old.session)).toEqual(before);
  expect(heard).toEqual([]);
  expect(old.faults).toEqual([expect.objectContaining({ name: "Fenced" })]);
});

test.each(ways.slice(0, 4))("the run that took over goes on writing %s", (_, write) => {
  const old = begin();
  const next = begin(old.folder);
  const before = stored(next.storage, next.session);
  write(next);
  expect(stored(next.storage, next.session)).not.toEqual(before);
  expect(next.faults).toEqual([]);
});

function stored(storage: Storage, session: string) {
  return {
    session: storage.sessions.get(session),
    messages: storage.messages.list(session, { limit: 9 }),
    tasks: storage.tasks.list({ sessionId: session, limit: 9 }),
    events: storage.events.read(session, 0, 9),
  };
}
