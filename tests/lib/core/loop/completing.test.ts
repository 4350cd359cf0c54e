import { expect, test } from "vitest";
import { systemClock } from "../../../../lib/ports/clock.ts";
import { createJournal } from "../../../../lib/core/journal/journal.ts";
import { createMasking } from "../../../../lib/security/masking/masking.ts";
import { createDeltaWriter } from "../../../../lib/streaming/index.ts";
import * as temp from "../../storage/temp-storage.ts";

const maskOf = () => createMasking().of("formats");

test("a task is never completed while a message for it waits to be heard", () => {
  const storage = temp.openTemp();
  const deltas = createDeltaWriter({ log: storage.events, ...storage });
  const journal = createJournal({
    ...{ storage, clock: systemClock, deltas, newId: temp.newId, maskOf },
    describeCut: () => undefined,
  });
  const sessionId = temp.addSession(storage);
  const taskId = temp.addTask(storage, sessionId);
  journal.begin(taskId);
  const id = temp.newId("msg");
  const content = [{ type: "text" as const, text: "One more thing." }];
  storage.messages.create({ id, sessionId, taskId, role: "user", content, fileIds: [], createdAt: temp.at });
  expect(journal.complete(taskId)).toBe(false);
  expect(storage.tasks.get(taskId)?.state).toBe("running");
  expect(journal.takeUpMessages(taskId)).toBe(true);
  expect(storage.messages.last(sessionId)?.id).toBe(id);
  expect(journal.complete(taskId)).toBe(true);
  expect(storage.tasks.get(taskId)?.state).toBe("completed");
});
