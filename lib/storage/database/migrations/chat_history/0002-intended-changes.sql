-- Of a checkable tool, from its start: {before, after} of what it touches, so that the next life can tell whether it did.
ALTER TABLE tool_calls ADD COLUMN change TEXT;
