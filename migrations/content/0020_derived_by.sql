-- Which code has derived the rows: a migration comes before the code that it is for, so that cron of
-- the code before it did what 0018 wants, and the rows of a backup may be older than either.
ALTER TABLE site ADD COLUMN derived_by INTEGER NOT NULL DEFAULT 0;

-- Where there is no link of which 0018 speaks, nothing has changed.
UPDATE site SET derived_by = 1 WHERE NOT EXISTS (
  SELECT 1 FROM (
    SELECT substr(url, 1, 8 + instr(substr(url, 9) || '/', '/')) AS host FROM post
  ) WHERE instr(host, '$') OR instr(host, '%24') OR length(host) > 253
);
