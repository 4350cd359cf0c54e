/** Time of the newest record in each database, RFC 3339; null for an empty one. */
export interface NewestTimes {
  chat_history: string | null;
  agents: string | null;
  settings: string | null;
}

/**
 * The databases were restored from copies. The copies are not all of the same moment, and what happened after them is
 * unknown. The restoration stays open until `settle`, even over several runs of the server.
 */
export interface Restoration {
  /** How the restore was noticed, for a person. */
  noticedBy: string;
  newest: NewestTimes;
  /** Checks between two databases, or between a database and the disk. Synchronous. */
  facts: CrossDatabaseFacts;
  /** Writes the report to restored.json beside the databases and closes the restoration. Synchronous. */
  settle(report: RestorationReport): void;
}

/** Relations that no foreign key can enforce, because they cross databases. */
export interface CrossDatabaseFacts {
  /** Sessions whose agent is not in agents.db. Sessions of the built-in agent are not included. */
  sessionsWithoutAgent(): { sessionId: string; agentId: string }[];
  /** Sessions with a model of their own. */
  sessionsWithModel(): { sessionId: string; model: string }[];
  /** Ids of files whose bytes are not on this disk. */
  filesWithoutBytes(): string[];
}

/** What was found after a restore and what was done about it. Lists contain ids. */
export interface RestorationReport {
  restoredAt: string;
  noticedBy: string;
  /** The recovery point of each database. */
  newest: NewestTimes;
  tasksEnded: string[];
  /** Number of pending decisions that were withdrawn with their tasks. */
  decisionsWithdrawn: number;
  sessionsWithoutAgent: string[];
  sessionsWithoutModel: string[];
  workspacesCloned: string[];
  /** Scratch workspaces whose files are gone. */
  workspacesEmptied: string[];
  /** Folders of workspaces that are in no database. They were left in place. */
  foldersUnknown: string[];
  /** Leftover folders of workspaces that were renamed out of the way, by their new names. */
  foldersSetAside: string[];
  filesWithoutBytes: string[];
}
