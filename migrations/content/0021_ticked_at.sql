-- When cron last looked after the listings that the clock drives, whether or not anything had moved:
-- milliseconds since 1970.
ALTER TABLE site ADD COLUMN ticked_at INTEGER NOT NULL DEFAULT 0;
