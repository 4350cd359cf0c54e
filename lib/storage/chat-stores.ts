import { join } from "node:path";
import type { Attachments } from "../file.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReachFailpoint } from "../ports/failpoint.ts";
import type { Storage } from "../ports/storage.ts";
import { openAttachments } from "./attachments/attachments.ts";
import { createReplicaRecord } from "./copying/replica-record.ts";
import type { Database } from "./database/database.ts";
import { attempt } from "./database/transaction-queue.ts";
import type { UnitOfWork } from "./database/unit-of-work.ts";
import { createCostSince } from "./event-log/cost-since.ts";
import { createEventLog } from "./event-log/event-log.ts";
import { createStorageMaintenance } from "./event-log/storage-maintenance.ts";
import { createActionStore } from "./stores/action-store.ts";
import { createFileStore } from "./stores/file-store.ts";
import { createMessageStore } from "./stores/message-store.ts";
import { createSessionStore } from "./stores/session-store.ts";
import { createTaskStore } from "./stores/task-store.ts";
import { createToolCallStore } from "./stores/tool-call-store.ts";
import { createWorkspaceStore } from "./stores/workspace-store.ts";
import { createNewestId } from "./stores/newest-id.ts";

export interface ChatStoresOptions {
  database: Database;
  unit: UnitOfWork;
  /** Of the event log. */
  generation: number;
  dataDir: string;
  clock: Clock;
  fileBytesMax: number;
  onFault: (error: unknown) => void;
  reach: ReachFailpoint;
}

/** All stores of chat_history.db, and the attachments that its files describe. */
export function openChatStores(options: ChatStoresOptions) {
  const { database, unit, generation, clock, onFault } = options;
  // The log makes its queue first, so that streams get events before a callback can cause new ones.
  const events = createEventLog({ database, unit, clock, generation, onFault });
  const afterCommit = createAfterCommit(unit, onFault);
  const replicaRecord = createReplicaRecord(database);
  const files = createFileStore(database, () => afterCommit(replicaRecord.notifyAdded));
  return {
    atomically: unit.atomically,
    afterCommit,
    sessions: createSessionStore(database, generation),
    tasks: createTaskStore(database),
    messages: createMessageStore(database, unit.jointly),
    events,
    toolCalls: createToolCallStore(database, unit.jointly),
    actions: createActionStore(database),
    files,
    attachments: openAttachmentsBeside(options, { files, afterCommit }),
    replicaRecord,
    workspaces: createWorkspaceStore(database),
    maintenance: createStorageMaintenance(database, unit),
    costSince: createCostSince(database),
    newestId: createNewestId(database),
  };
}

function createAfterCommit(unit: UnitOfWork, onFault: (error: unknown) => void): Storage["afterCommit"] {
  const committed = unit.queue<() => void>({
    deliver: (works) => works.forEach((work) => attempt(work, onFault)),
  });
  return (work) => (unit.isActive ? committed(work) : work());
}

function openAttachmentsBeside(
  { dataDir, fileBytesMax, reach, unit }: ChatStoresOptions,
  { files, afterCommit }: Pick<Storage, "files" | "afterCommit">,
): Attachments {
  return openAttachments({
    folder: join(dataDir, "attachments"),
    fileBytesMax,
    afterCommit,
    onRollback: unit.queue<() => void>({ deliver: () => {}, drop: (undo) => undo() }),
    isKept: (fileId) => files.get(fileId) !== undefined,
    reach,
  });
}
