-- Variables of commands: of one workspace, or of all where the workspace is ''. A secret value goes only into commands.
CREATE TABLE variables (
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  is_secret INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name)
) STRICT, WITHOUT ROWID;

-- Variables of the server's own environment that commands get.
CREATE TABLE passed_variables (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
