-- Lives of the server on this file, counted. A life that finds a greater number than its own may write no more.
ALTER TABLE log ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

-- Up to here the session's log was looked through for events that make earlier ones void, and those were removed.
ALTER TABLE sessions ADD COLUMN compacted_sequence INTEGER NOT NULL DEFAULT 0;
CREATE INDEX events_superseding ON events (session_id, sequence)
  WHERE type IN ('message.created', 'message.final', 'tool.result');
CREATE INDEX events_tool_call ON events (session_id, subject_id, sequence) WHERE type = 'tool.call';
-- Up to here everything was removed, also what no later event tells.
ALTER TABLE sessions ADD COLUMN pruned_sequence INTEGER NOT NULL DEFAULT 0;

-- The idempotency key of the request that made the task, where the request waits for its end.
ALTER TABLE tasks ADD COLUMN request_key TEXT;
CREATE UNIQUE INDEX tasks_of_request ON tasks (request_key) WHERE request_key IS NOT NULL;

-- What an approval holds for: this call, or calls of its kind in the session.
ALTER TABLE actions ADD COLUMN scope TEXT;
-- The state of the workspace when it was asked; a part of what the digest is made of.
ALTER TABLE actions ADD COLUMN revision TEXT NOT NULL DEFAULT '';

-- People were told that the last life of the server cut the task, and no loop has taken it up since.
ALTER TABLE tasks ADD COLUMN is_interrupted INTEGER NOT NULL DEFAULT 0;
