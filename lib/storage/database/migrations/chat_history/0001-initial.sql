-- Times are RFC 3339 text in UTC with milliseconds, so they compare as text, unless a column says `_ms`.
-- Ids sort by creation. Columns named in the singular that hold objects are JSON.

CREATE TABLE log (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation INTEGER NOT NULL -- Rises when a restore rewrote history.
) STRICT;
INSERT INTO log (id, generation) VALUES (1, 1);

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  repository TEXT,
  branch TEXT,
  head TEXT,
  state TEXT NOT NULL,
  progress TEXT,
  error TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE INDEX workspaces_cloning ON workspaces (id) WHERE state = 'cloning';

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  folded_title TEXT NOT NULL, -- For search, see folded.ts.
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) DEFERRABLE INITIALLY DEFERRED,
  agent_id TEXT NOT NULL, -- In agents.db, so no reference.
  settings TEXT NOT NULL,
  last_sequence INTEGER NOT NULL DEFAULT 0, -- Of the session's events.
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  archived_at TEXT
) STRICT;

CREATE INDEX sessions_of_workspace ON sessions (workspace_id, id);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  settings TEXT NOT NULL,
  error TEXT,
  steps INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  cached_input_tokens INTEGER NOT NULL DEFAULT 0,
  cost_usd REAL NOT NULL DEFAULT 0,
  streaming_message_id TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT
) STRICT;

CREATE INDEX tasks_of_session ON tasks (session_id, id);
CREATE INDEX tasks_unfinished ON tasks (session_id, id) WHERE state IN ('queued', 'running', 'waiting');

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  task_id TEXT NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  provider_metadata TEXT,
  position INTEGER, -- NULL while nobody has taken it up.
  created_at TEXT NOT NULL,
  UNIQUE (session_id, position)
) STRICT;

-- What search looks at, apart from the messages so that it need not read tool outputs to get past them.
CREATE TABLE message_texts (
  number INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  folded_text TEXT NOT NULL
) STRICT;

CREATE INDEX message_texts_of_session ON message_texts (session_id);

CREATE TABLE files (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE message_files (
  message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  file_id TEXT NOT NULL REFERENCES files (id),
  PRIMARY KEY (message_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_files_of_file ON message_files (file_id);

CREATE TABLE events (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  type TEXT NOT NULL,
  task_id TEXT,
  subject_id TEXT, -- The message or the tool call it is about.
  created_at_ms INTEGER NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (session_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_message_created ON events (session_id, subject_id, sequence) WHERE type = 'message.created';

CREATE TABLE tool_calls (
  number INTEGER PRIMARY KEY, -- The order of the calls.
  task_id TEXT NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  tool_call_id TEXT NOT NULL,
  tool_name TEXT NOT NULL,
  input TEXT NOT NULL,
  state TEXT NOT NULL,
  output TEXT,
  is_error INTEGER NOT NULL DEFAULT 0,
  duration_ms INTEGER,
  started_at TEXT,
  UNIQUE (task_id, tool_call_id)
) STRICT;

CREATE INDEX tool_calls_of_message ON tool_calls (message_id, number);
CREATE INDEX tool_calls_of_session ON tool_calls (session_id);

CREATE TABLE actions (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  task_id TEXT NOT NULL,
  type TEXT NOT NULL,
  state TEXT NOT NULL,
  tool_call_id TEXT NOT NULL,
  tool_name TEXT NOT NULL,
  input TEXT NOT NULL,
  preview TEXT,
  digest TEXT NOT NULL,
  reason TEXT,
  result TEXT,
  expires_at TEXT NOT NULL,
  created_at TEXT NOT NULL,
  resolved_at TEXT,
  resolved_by TEXT
) STRICT;

CREATE INDEX actions_of_session ON actions (session_id);
CREATE INDEX actions_of_call ON actions (task_id, tool_call_id, id);
CREATE INDEX actions_pending ON actions (id) WHERE state = 'pending';
CREATE INDEX actions_pending_of_session ON actions (session_id, id) WHERE state = 'pending';

CREATE TABLE requests (
  key TEXT PRIMARY KEY,
  operation_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER, -- NULL while the first request is at work.
  body TEXT,
  created_at TEXT NOT NULL
) STRICT;

CREATE INDEX requests_by_age ON requests (created_at);
