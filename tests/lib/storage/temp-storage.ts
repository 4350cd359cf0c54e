import { randomFillSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { NewAction } from "../../../lib/action.ts";
import { systemClock } from "../../../lib/ports/clock.ts";
import type { NewEvent } from "../../../lib/event.ts";
import type { File } from "../../../lib/file.ts";
import { createIds } from "../../../lib/id.ts";
import type { NewMessage } from "../../../lib/message.ts";
import type { RestorationReport } from "../../../lib/operating/restoration.ts";
import type { Storage } from "../../../lib/ports/storage.ts";
import { openStorage, type StorageOptions } from "../../../lib/storage/index.ts";

export const newId = createIds({ now: Date.now, random: (bytes) => randomFillSync(bytes) });

export const at = "2026-11-22T12:00:00.000Z";
export const later = "2026-11-22T12:00:01.000Z";

/** A folder that goes with the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "storage-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function open(dataDir: string, options: Partial<StorageOptions> = {}): Storage {
  const storage = openStorage({ dataDir, clock: systemClock, fileBytesMax: 1_000_000, ...options });
  onTestFinished(() => storage.close());
  return storage;
}

export function openTemp(options: Partial<StorageOptions> = {}): Storage {
  return open(tempFolder(), options);
}

export function addWorkspace(storage: Storage, change: Partial<{ repository: string }> = {}): string {
  const id = newId("wsp");
  const workspace = { kind: "clone", repository: "https://example.test/a", branch: null } as const;
  storage.workspaces.create({ id, ...workspace, ...change, state: "ready", createdAt: at });
  return id;
}

export function addSession(storage: Storage, { title = "A session", workspaceId = "" } = {}): string {
  const id = newId("ses");
  const agentId = newId("agt");
  storage.atomically("request.change", () =>
    storage.sessions.create({
      id,
      title,
      workspaceId: workspaceId || addWorkspace(storage),
      agentId,
      settings: {},
      createdAt: at,
    }),
  );
  return id;
}

export function addTask(storage: Storage, sessionId: string): string {
  const id = newId("tsk");
  storage.tasks.create({ id, sessionId, settings: {}, createdAt: at });
  return id;
}

export function addMessage(storage: Storage, sessionId: string, change: Partial<NewMessage> = {}): string {
  const id = newId("msg");
  const content = [{ type: "text" as const, text: "hello" }];
  const message = { id, sessionId, taskId: newId("tsk"), role: "user" as const, content, fileIds: [] };
  storage.messages.create({ ...message, createdAt: at, ...change });
  return id;
}

export function addFile(storage: Storage, change: Partial<File> = {}): File {
  const facts = { mediaType: "text/plain", sizeBytes: 3, sha256: "0".repeat(64), createdAt: at };
  const file = { id: newId("fil"), name: "a.txt", ...facts, ...change };
  storage.files.create(file);
  return file;
}

type Asked = Omit<NewAction, "revision">;

export function addAction(storage: Storage, sessionId: string, change: Partial<Asked> = {}): Asked {
  const action: Asked = {
    id: newId("act"),
    sessionId,
    taskId: newId("tsk"),
    type: "approval",
    toolCallId: "call_1",
    toolName: "writeFile",
    input: { path: "a" },
    preview: "+a",
    digest: "a".repeat(64),
    reason: "settings ask",
    expiresAt: later,
    createdAt: at,
    ...change,
  };
  storage.actions.create({ ...action, revision: "as it was" });
  return action;
}

export function token(text: string, messageId = "msg_1"): NewEvent {
  return { type: "token", data: { messageId, text } };
}

/** The report of a restore after which nothing was amiss. */
export const nothingFound: RestorationReport = {
  ...{ restoredAt: at, noticedBy: "a test" },
  newest: { chat_history: null, agents: null, settings: null },
  ...{ tasksEnded: [], decisionsWithdrawn: 0, sessionsWithoutAgent: [], sessionsWithoutModel: [] },
  ...{ workspacesCloned: [], workspacesEmptied: [], foldersUnknown: [], foldersSetAside: [] },
  filesWithoutBytes: [],
};

/** What a call threw, for a look at more than one of its properties. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
