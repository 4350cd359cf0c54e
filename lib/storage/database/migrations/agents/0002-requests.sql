-- Requests that change this file, by their idempotency key: an answer is kept in the transaction of its change.
CREATE TABLE requests (
  key TEXT PRIMARY KEY,
  operation_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER, -- NULL while the first request is at work.
  body TEXT,
  created_at TEXT NOT NULL
) STRICT;

CREATE INDEX requests_by_age ON requests (created_at);
