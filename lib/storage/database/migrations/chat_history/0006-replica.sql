-- The replica that has the bytes too; NULL while none has.
ALTER TABLE files ADD COLUMN replica TEXT;
CREATE INDEX files_by_replica ON files (replica, id);
CREATE INDEX files_by_bytes ON files (sha256);

-- Bytes that a removed file referred to: copies of before may still want them in the replica, for a while.
CREATE TABLE removed_bytes (
  sha256 TEXT PRIMARY KEY,
  removed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX removed_bytes_by_age ON removed_bytes (removed_at);

CREATE TRIGGER files_removed AFTER DELETE ON files
BEGIN
  INSERT INTO removed_bytes (sha256, removed_at) VALUES (OLD.sha256, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
  ON CONFLICT (sha256) DO UPDATE SET removed_at = excluded.removed_at;
END;
