CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  system_prompt TEXT NOT NULL,
  model TEXT,
  tools TEXT, -- JSON; NULL gives all tools.
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
