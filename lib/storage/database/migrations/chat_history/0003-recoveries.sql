-- How often in a row the server ended abruptly while the task was at the same step.
ALTER TABLE tasks ADD COLUMN recoveries INTEGER NOT NULL DEFAULT 0;
