-- The life of the server that was the last one at work on this file. The three databases and life.json say the same, or
-- one of them was put back from a copy.
CREATE TABLE life (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  installation TEXT NOT NULL,
  number INTEGER NOT NULL, -- 0 before the first one that wrote it down.
  is_resting INTEGER NOT NULL -- It ended as it should. Copies made while it was at work never say so.
) STRICT;
INSERT INTO life (id, installation, number, is_resting) VALUES (1, '', 0, 0);
