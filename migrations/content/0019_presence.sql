-- An outage does not count for what an event waits: this says when there was one. No page reads it.

-- Milliseconds since 1970: when the last commit was made, that of cron each minute among them.
ALTER TABLE site ADD COLUMN heard_at INTEGER NOT NULL DEFAULT 0;
-- And the first one after the last long silence.
ALTER TABLE site ADD COLUMN resumed_at INTEGER NOT NULL DEFAULT 0;
