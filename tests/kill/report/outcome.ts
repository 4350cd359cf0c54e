import type { Schemas } from "../../../packages/shared/src/index.ts";
import type { Asked } from "../asker.ts";

/** Everything that is known when a schedule is over. The checks read this, and nothing else. */
export interface Outcome {
  asked: readonly Asked[];
  /** The folder was first an older release's. */
  wasOlder: boolean;
  sessions: readonly StoredSession[];
  followed: readonly Followed[];
  agents: readonly Schemas["Agent"][];
  settings: Schemas["GlobalSettings"];
  workspaces: readonly Schemas["Workspace"][];
  /** What can be downloaded, by id of each file whose upload was acknowledged; undefined where nothing can be. */
  sha256: Readonly<Record<string, string | undefined>>;
  /** Texts of files in workspaces, as `workspaceId/name`; undefined where there is none. */
  texts: Readonly<Record<string, string | undefined>>;
  rows: Rows;
  /** How often each token stands in the effect file. */
  effects: Readonly<Record<string, number>>;
  /** Command lines that run when nothing should: after all tasks ended, and after the server did. */
  left: readonly string[];
  /** What was waited for in vain. */
  unfinished: readonly string[];
}

/** A session as the server tells it. */
export interface StoredSession {
  session: Schemas["Session"];
  messages: readonly Schemas["Message"][];
  tasks: readonly Schemas["Task"][];
  actions: readonly Schemas["Action"][];
  workspace: Schemas["Workspace"];
  events: readonly Schemas["Event"][];
}

/** A session as a client knows it that was there all along, or came at the end and folded the whole log. */
export interface Followed {
  sessionId: string;
  isLate: boolean;
  session: Schemas["Session"] | null;
  messages: readonly Schemas["Message"][];
  tasks: readonly Schemas["Task"][];
  actions: readonly Schemas["Action"][];
  workspace: Schemas["Workspace"] | null;
  events: readonly Schemas["Event"][];
  gaps: number;
}

/** What no operation tells. */
export interface Rows {
  actions: readonly { id: string; task_id: string; tool_call_id: string; state: string }[];
  toolCalls: readonly {
    task_id: string;
    tool_call_id: string;
    tool_name: string;
    state: string;
    input: string;
    output: string | null;
    is_error: number;
  }[];
  files: readonly { id: string; name: string }[];
  /** Names of what lies in the folder of attachments. */
  attachments: readonly string[];
  /** Workspaces that have variables. */
  variables: readonly { workspace_id: string }[];
  /** Of each database, what its own checks found. */
  damage: readonly string[];
}
