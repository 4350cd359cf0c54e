-- What a person granted the commands of the workspace: the network as JSON (NULL: nothing), and files that make git run programs.
ALTER TABLE workspaces ADD COLUMN network TEXT;
ALTER TABLE workspaces ADD COLUMN is_git_config_writable INTEGER NOT NULL DEFAULT 0;
