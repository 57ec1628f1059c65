-- JOURNAL: local only. What the local server has accepted and not applied yet: its queues live in memory.

CREATE TABLE accepted (
  event TEXT PRIMARY KEY,               -- its id: sorts by time
  body TEXT NOT NULL                    -- the event as JSON
) WITHOUT ROWID;
