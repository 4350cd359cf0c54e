-- One row: settings and providers are read and written as a whole.
CREATE TABLE settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL, -- Of the stored form.
  settings TEXT NOT NULL,
  providers TEXT NOT NULL,
  updated_at TEXT
) STRICT;
