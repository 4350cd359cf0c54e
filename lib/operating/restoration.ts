/** Times, RFC 3339. */
export interface NewestTimes {
  chat_history: string | null;
  agents: string | null;
  settings: string | null;
}

/**
 * The databases were put back from copies: not all from one instant, and what happened after it is unknown. It stands
 * until `settle`, over as many runs of the server as that takes.
 */
export interface Restoration {
  /** What told of it, for people. */
  noticedBy: string;
  /** Of the newest thing in each database; null where there is none. */
  newest: NewestTimes;
  /** Of one database about another, or about the disk. Synchronous. */
  facts: CrossDatabaseFacts;
  /** Keeps the report in restored.json beside the databases and ends the restoration. Synchronous. */
  settle(report: RestorationReport): void;
}

/** What no foreign key can hold, because it is not in one database. */
export interface CrossDatabaseFacts {
  /** Sessions whose agent agents.db does not have. Those of the built-in agent are not among them. */
  sessionsWithoutAgent(): { sessionId: string; agentId: string }[];
  /** Sessions that name a model of their own. */
  sessionsWithModel(): { sessionId: string; model: string }[];
  /** Ids of files on record whose bytes are not on this disk. */
  filesWithoutBytes(): string[];
}

/** What was found and what was done about it. Ids tell where to look. */
export interface RestorationReport {
  restoredAt: string;
  noticedBy: string;
  /** As in Restoration: the recovery point of each database. */
  newest: NewestTimes;
  tasksEnded: string[];
  /** How many pending decisions were withdrawn with their tasks. */
  decisionsWithdrawn: number;
  sessionsWithoutAgent: string[];
  sessionsWithoutModel: string[];
  workspacesCloned: string[];
  /** Scratch workspaces whose files are gone. */
  workspacesEmptied: string[];
  /** Folders of workspaces that no database knows. They stay where they are. */
  foldersUnknown: string[];
  /** Remains of workspaces, under their new names. */
  foldersSetAside: string[];
  filesWithoutBytes: string[];
}
