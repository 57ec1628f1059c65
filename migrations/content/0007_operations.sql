-- What operators want to know: sums since the beginning, kept in the row that every commit writes anyway.

ALTER TABLE site ADD COLUMN applied INTEGER NOT NULL DEFAULT 0;       -- events that changed rows
ALTER TABLE site ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN pages_written INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN pages_unchanged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN pages_failed INTEGER NOT NULL DEFAULT 0;
-- The audit goes round all pages, a few at a time.
ALTER TABLE site ADD COLUMN audit_key TEXT NOT NULL DEFAULT '';       -- the last page that it looked at
ALTER TABLE site ADD COLUMN audited INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN healed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN audited_at INTEGER NOT NULL DEFAULT 0;    -- milliseconds since 1970

-- One row: what the status page shows, as cron last found it.
CREATE TABLE status (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  report TEXT NOT NULL                  -- JSON, see model/status
);

-- When somebody last asked for a file of all they wrote: since then it is kept up to date. 0: never.
ALTER TABLE person ADD COLUMN export_at INTEGER NOT NULL DEFAULT 0;   -- milliseconds since 1970
