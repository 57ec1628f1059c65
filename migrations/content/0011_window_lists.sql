-- A clock-driven list is one row: a post that enters it at the top moves a hundred slots, and each of them
-- was a row, and an entry of an index, that a tick wrote.

CREATE TABLE window_list (
  listing TEXT PRIMARY KEY,             -- its path: /top/day, /r/programming/rising
  posts TEXT NOT NULL                   -- JSON: ids, best first
) WITHOUT ROWID;

INSERT INTO window_list (listing, posts)
  SELECT listing, json_group_array(post ORDER BY slot) FROM window_entry GROUP BY listing;
DROP TABLE window_entry;
