-- Votes are rows at once. What they do to a busy post waits for others, so that it is done once for all of them.

ALTER TABLE post ADD COLUMN tallied_at INTEGER NOT NULL DEFAULT 0;  -- milliseconds since 1970: when votes were counted last

-- What votes that are not counted yet will add to their post.
CREATE TABLE tally (
  post TEXT PRIMARY KEY,
  ups INTEGER NOT NULL,
  downs INTEGER NOT NULL,
  due INTEGER NOT NULL                  -- milliseconds since 1970
) WITHOUT ROWID;

-- Publishers take what was taken down first, then lane by lane.
DROP INDEX page_stale;
CREATE INDEX page_stale ON page (lane, due) WHERE named > written;
CREATE INDEX page_urgent ON page (due) WHERE named > written AND urgent;
