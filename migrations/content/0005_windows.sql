-- Listings that the clock drives: the best of the last hour, day, week, month, year, and rising.

-- Which posts are younger than …, for the site and for a community. Neither column ever changes, so a
-- vote does not write these.
CREATE INDEX post_age ON post (created_at, community);
CREATE INDEX post_community_age ON post (community, created_at);

-- The time of these listings: written by cron only.
CREATE TABLE asof (
  clock TEXT PRIMARY KEY,               -- top (the windows), or rising
  at INTEGER NOT NULL                   -- seconds since 1970
) WITHOUT ROWID;

-- Their order as of then, best first: slots are 1, 2, 3 … without gaps.
CREATE TABLE window_entry (
  listing TEXT NOT NULL,                -- its path: /top/day, /r/programming/rising
  slot INTEGER NOT NULL,
  post TEXT NOT NULL,
  PRIMARY KEY (listing, slot)
) WITHOUT ROWID;
-- Which pages show this post?
CREATE INDEX window_entry_post ON window_entry (post);

-- What the next tick must order anew.
CREATE TABLE window_dirty (
  scope TEXT PRIMARY KEY,               -- the key of a community, empty for the site
  windows INTEGER NOT NULL,             -- a bit for each: model/window
  since INTEGER NOT NULL                -- commit that marked it first: the oldest are done first
) WITHOUT ROWID;

INSERT INTO window_dirty (scope, windows, since)
  SELECT key, 63, 0 FROM community UNION ALL SELECT '', 63, 0;
