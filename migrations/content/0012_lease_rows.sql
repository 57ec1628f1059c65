-- A lease is one row, however many pages it is of: a page that was leased was a row written for each.

-- None of its pages has been settled: the row goes when they are, in the same batch.
CREATE TABLE lease (
  token TEXT PRIMARY KEY,               -- of one publisher, once
  keys TEXT NOT NULL,                   -- JSON: pages, in the order in which they are written
  until INTEGER NOT NULL                -- milliseconds since 1970: nobody else may lease them before
) WITHOUT ROWID;

INSERT INTO lease (token, keys, until)
  SELECT lease, json_group_array(key), max(leased_until) FROM page WHERE leased_until > 0 GROUP BY lease;

-- 1: an earlier publisher did not settle: its put may still be on the way. Code that looks for the column
-- lease would not see that a page is leased, and must not go on.
ALTER TABLE page RENAME COLUMN leased_until TO suspect;
UPDATE page SET suspect = 1 WHERE lease IS NOT NULL;
ALTER TABLE page DROP COLUMN lease;
